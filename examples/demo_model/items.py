"""One door to all tasks: a random item to train on, or one that asks for a certain metric."""
import numpy as np

from tasks import chart, clip, reading, scene, screen, table, talk

# The rows of the accuracy table, and who draws them.
METRICS = {
    "attributes": scene.make, "counting": scene.make, "grounding": scene.make, "describe": scene.make,
    "compare": scene.make_compare, "reading": reading.make, "gui": screen.make, "chart": chart.make,
    "table": table.make, "video_time": clip.make, "order": clip.make, "motion": clip.make,
}

# How often training meets each drawer.
MIXTURE = ((scene.make, 0.27), (scene.make_compare, 0.06), (reading.make, 0.26), (screen.make, 0.17),
           (chart.make, 0.06), (table.make, 0.12), (clip.make, 0.058), (talk.make, 0.002))
# What an answer counts in the loss. Of a click's twenty tokens three or four tell the row.
WEIGHT = {metric: {"reading": 1.6, "table": 1.3, "gui": 2.0}.get(metric, 1.0) for metric in METRICS}
_MAKERS = [maker for maker, _ in MIXTURE]
_CHANCES = np.array([chance for _, chance in MIXTURE])


def training_item(rng):
    return _MAKERS[int(rng.choice(len(_MAKERS), p=_CHANCES / _CHANCES.sum()))](rng)


def held_out_rng(seed, metric, index):
    """A stream apart from every training stream, which begin with 0."""
    return np.random.default_rng([1, seed, list(METRICS).index(metric), index])


def held_out_item(seed, metric, index):
    return METRICS[metric](held_out_rng(seed, metric, index), metric)
