#!/usr/bin/env python3
"""Draws held-out items of every task, with a seed that training never uses.

    generate.py --seed 1 --count 200 --output items

writes 200 items of each metric: items/items.jsonl (metric, media files, prompt, expected answer) and the
pictures and clips beside it. The same seed draws the same items, whatever the count.
"""
import argparse
import json
import os

from avi import write_avi
from items import METRICS, held_out_item


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True, help="a number ≥ 0; another seed, other items")
    parser.add_argument("--count", type=int, required=True, help="items of each metric")
    parser.add_argument("--output", required=True, help="a folder, made if missing")
    parser.add_argument("--jpeg", action="store_true", help="pictures as JPEG, a third of the size")
    parser.add_argument("--metrics", nargs="+", default=list(METRICS), choices=list(METRICS), help="only these")
    arguments = parser.parse_args()
    if arguments.seed < 0 or arguments.count < 1:
        parser.error("--seed must be 0 or more, --count 1 or more")
    os.makedirs(arguments.output, exist_ok=True)
    with open(os.path.join(arguments.output, "items.jsonl"), "w", encoding="utf-8") as lines:
        for metric in arguments.metrics:
            for index in range(arguments.count):
                item = held_out_item(arguments.seed, metric, index)
                names = []
                if item.frames:
                    names.append(f"{metric}_{index:04d}.avi")
                    write_avi(os.path.join(arguments.output, names[0]), item.frames, item.fps)
                for k, image in enumerate(item.images):
                    names.append(f"{metric}_{index:04d}{'_b' if k else ''}.{'jpg' if arguments.jpeg else 'png'}")
                    image.save(os.path.join(arguments.output, names[-1]), **({"quality": 92, "subsampling": 0} if arguments.jpeg else {"compress_level": 3}))
                turn = item.turns[0]
                lines.write(json.dumps({"metric": metric, "media": names, "prompt": turn.prompt, "answer": turn.answer,
                                        **turn.check}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
