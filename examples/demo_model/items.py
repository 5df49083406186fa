"""One door to all tasks: a random item to train on, or one that asks for a certain metric."""
from dataclasses import dataclass

import numpy as np

from tasks import chart, clip, reading, scene, screen, table, talk

# The rows of the accuracy table, and who draws them.
METRICS = {
    "attributes": scene.make, "counting": scene.make, "grounding": scene.make, "describe": scene.make,
    "compare": scene.make_compare, "reading": reading.make, "gui": screen.make, "chart": chart.make,
    "table": table.make, "video_time": clip.make, "order": clip.make, "motion": clip.make,
}

# Training has two halves. The second goes on with the first one's model and repairs what it left: boxes, which had gone by
# shape alone, and tables. Scenes are this share of the items; of the scenes for boxes, `alike` are told apart by colour alone.
# The weights say what an answer counts in the loss: of a click's twenty tokens three or four tell the row.
@dataclass(frozen=True)
class Half:
    scenes: float
    alike: float
    weights: dict

    def weight(self, metric):
        return self.weights.get(metric, 1.0)

    def training_item(self, rng):
        makers = ((lambda rng: scene.make(rng, alike=self.alike), self.scenes), (scene.make_compare, 0.06), (reading.make, 0.26),
                  (screen.make, 0.17), (chart.make, 0.06), (table.make, 0.12), (clip.make, 0.058), (talk.make, 0.002))
        chances = np.array([chance for _, chance in makers])
        return makers[int(rng.choice(len(makers), p=chances / chances.sum()))][0](rng)


HALVES = {1: Half(0.27, 0.0, {"reading": 1.6, "table": 1.3, "gui": 3.0}),
          2: Half(0.34, 0.75, {"reading": 1.6, "table": 1.5, "gui": 2.0, "grounding": 3.0})}


def held_out_rng(seed, metric, index):
    """A stream apart from every training stream, which begin with 0."""
    return np.random.default_rng([1, seed, list(METRICS).index(metric), index])


def held_out_item(seed, metric, index):
    return METRICS[metric](held_out_rng(seed, metric, index), metric)
