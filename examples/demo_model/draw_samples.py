#!/usr/bin/env python3
"""Draws examples/media: the pictures and clips that the README, the examples and the tests show.

    draw_samples.py --output ../media

They are held-out items of seed 7; items.jsonl beside them holds their questions with the right answers.
"""
import argparse
import json
import os

from avi import write_avi
from items import held_out_item

SEED = 7
SAMPLES = (   # file name(s), metric, index
    (["scene.png"], "describe", 1), (["stars.png"], "counting", 0), (["yellow.png"], "counting", 2), (["find.png"], "grounding", 1),
    (["before.png", "after.png"], "compare", 6), (["word.png"], "reading", 5), (["lines.png"], "reading", 6), (["tilted.png"], "reading", 4),
    (["settings.png"], "gui", 7), (["dialog.png"], "gui", 5), (["chart.png"], "chart", 2), (["bars.png"], "chart", 4), (["table.png"], "table", 2),
    (["flash.avi"], "video_time", 5), (["moving.avi"], "motion", 2),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    os.makedirs(arguments.output, exist_ok=True)
    with open(os.path.join(arguments.output, "items.jsonl"), "w", encoding="utf-8") as lines:
        for names, metric, index in SAMPLES:
            item = held_out_item(SEED, metric, index)
            turn = item.turns[0]
            if item.frames:
                write_avi(os.path.join(arguments.output, names[0]), item.frames, item.fps)
            for name, image in zip(names, item.images):
                image.save(os.path.join(arguments.output, name), optimize=True)
            lines.write(json.dumps({"metric": metric, "media": names, "prompt": turn.prompt, "answer": turn.answer, **turn.check}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
