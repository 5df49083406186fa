#!/usr/bin/env python3
"""Draws the training curve that train.py wrote: loss, and accuracy of each metric on items seen for the first time.

    plot_curve.py --curve curve.json --output training.png
"""
import argparse
import json

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--curve", required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    with open(arguments.curve) as file:
        data = json.load(file)
    minutes = [row[0] / 60 for row in data["curve"]]
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.6))
    left.plot(minutes, [row[2] for row in data["curve"]], color="#1f4e99")
    left.set_yscale("log")
    left.set_xlabel("minutes")
    left.set_ylabel("loss")
    left.set_title(f"{data['curve'][-1][1] / 1e6:.1f} million items, {data['device']}")
    colours = plt.get_cmap("tab20").colors
    for k, name in enumerate(data["metrics"]):
        if name in ("grounding", "gui", "video_time"):
            continue   # every digit right is more than these ask
        right.plot(minutes, [100 * row[3][k] for row in data["curve"]], label=name, color=colours[k])
    right.set_xlabel("minutes")
    right.set_ylabel("answers right in every token, %")
    right.set_title("items seen for the first time")
    right.legend(fontsize=8, ncol=2, loc="lower right")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(arguments.output, dpi=90)


if __name__ == "__main__":
    main()
