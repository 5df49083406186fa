#!/usr/bin/env python3
"""Answers held-out items with the program and prints the accuracy of each metric.

    generate.py --seed 1 --count 200 --output items
    evaluate.py --items items --program ../../build/dev/examples/qwen3vl/qwen3vl --json accuracy.json

--save keeps the answers, one JSON object a line; --compare counts how many of them are, character by character,
those of another such file (answer_with_transformers.py writes one).
"""
import argparse
import collections
import concurrent.futures
import json
import math
import os
import subprocess
import sys

from judge import right

FOLDER = os.path.dirname(os.path.abspath(__file__))
CLIPS = (".avi", ".mp4", ".mov", ".mkv", ".webm")


def command(arguments, item):
    parts = [arguments.program, "chat", "--model", arguments.model, "--prompt", item["prompt"], "--greedy", "--dtype", arguments.dtype,
             "--threads", "1", "--max-new-tokens", "400"]
    for name in item["media"]:
        parts += ["--video" if name.endswith(CLIPS) else "--image", os.path.join(arguments.items, name)]
    return parts


def answer(arguments, item):
    done = subprocess.run(command(arguments, item), capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        raise SystemExit(f"{item['media']}: the program failed: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")


def table(items, answers):
    """metric: (right, all)"""
    counts = collections.OrderedDict()
    for item, text in zip(items, answers):
        won, total = counts.get(item["metric"], (0, 0))
        counts[item["metric"]] = (won + right(item, text), total + 1)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", required=True, help="a folder that generate.py wrote")
    parser.add_argument("--program", required=True, help="the program qwen3vl")
    parser.add_argument("--model", default=os.path.join(FOLDER, "checkpoint"), help="checkpoint folder (default: the demo model)")
    parser.add_argument("--dtype", default="bf16", choices=["bf16", "f32"])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs at a time")
    parser.add_argument("--json", help="write the accuracies here")
    parser.add_argument("--save", help="write the answers here")
    parser.add_argument("--compare", help="answers to compare with")
    parser.add_argument("--show-wrong", action="store_true", help="print every wrong answer")
    arguments = parser.parse_args()

    with open(os.path.join(arguments.items, "items.jsonl"), encoding="utf-8") as file:
        items = [json.loads(line) for line in file]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        answers = list(pool.map(lambda item: answer(arguments, item), items))
    if arguments.show_wrong:
        for item, text in zip(items, answers):
            if not right(item, text):
                print(f"{item['media'][0]}: {item['prompt']!r}\n    expected {item['answer']!r}\n    answered {text!r}")
    counts = table(items, answers)
    print(f"{'metric':<12} {'items':>5} {'right':>7}   ± standard error")
    for metric, (won, total) in counts.items():
        share = won / total
        print(f"{metric:<12} {total:>5} {share:>7.1%}   ± {math.sqrt(share * (1 - share) / total):.1%}")
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as out:
            json.dump({metric: {"items": total, "right": won, "accuracy": won / total} for metric, (won, total) in counts.items()}, out, indent=1)
    if arguments.save:
        with open(arguments.save, "w", encoding="utf-8") as out:
            for item, text in zip(items, answers):
                out.write(json.dumps({"media": item["media"], "answer": text}, ensure_ascii=False) + "\n")
    if arguments.compare:
        with open(arguments.compare, encoding="utf-8") as file:
            others = [json.loads(line)["answer"] for line in file]
        if len(others) != len(answers):
            sys.exit(f"{arguments.compare} has {len(others)} answers, not {len(answers)}")
        same = sum(a == b for a, b in zip(answers, others))
        print(f"the same answer as {arguments.compare}: {same} of {len(answers)} = {same / len(answers):.2%}")


if __name__ == "__main__":
    main()
