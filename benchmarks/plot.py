#!/usr/bin/env python3
"""Draws what `qwen3vl bench --json` measured: a roofline, and how much of each row's time its floor is.

    plot.py 8b.json --output 8b.png
    plot.py 2b.json 8b.json --output both.png

The left picture has a point a row: operations a byte to the right, operations a second upwards. The roof is what the
machine gave in the same run: its memory's bandwidth, then its matrix rate. A point on the roof is at its floor.
"""
import argparse
import json

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt


def draw_roof(axes, report, colour):
    """The smaller of bandwidth · intensity and the matrix rate."""
    read = report["ceilings"]["read_bytes_per_second"]
    matrix = report["ceilings"]["matrix_operations_per_second"]
    ridge = matrix / read
    lowest = min([row["operations"] / row["bytes"] for row in report["rows"]] + [ridge]) / 4
    highest = max([row["operations"] / row["bytes"] for row in report["rows"]] + [ridge]) * 4
    axes.plot([lowest, ridge, highest], [lowest * read / 1e12, matrix / 1e12, matrix / 1e12], color=colour)
    axes.annotate(f"{read / 1e9:.0f} GB/s", (ridge / 4, ridge / 4 * read / 1e12), xytext=(-8, 8),
                  textcoords="offset points", ha="right", fontsize=8, color=colour)
    axes.annotate(f"{matrix / 1e12:.3g} TFLOP/s", (highest, matrix / 1e12), xytext=(0, 5),
                  textcoords="offset points", ha="right", fontsize=8, color=colour)


def draw_points(axes, report, colour, marker, label):
    rows = report["rows"]
    axes.scatter([row["operations"] / row["bytes"] for row in rows],
                 [row["operations"] / row["milliseconds"] / 1e9 for row in rows],
                 color=colour, marker=marker, zorder=3, label=label)
    for row in rows:
        axes.annotate(row["name"], (row["operations"] / row["bytes"], row["operations"] / row["milliseconds"] / 1e9),
                      xytext=(6, -9), textcoords="offset points", fontsize=7)


def title_of(report):
    return f"{report['shape'].rstrip('/').split('/')[-1]}, {report['dtype']}, {report['backend']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", metavar="JSON")
    parser.add_argument("--output", required=True, metavar="PNG")
    arguments = parser.parse_args()
    reports = []
    for path in arguments.reports:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        if report["rows"]:
            reports.append(report)
        else:
            print(f"{path}: no row was measured")
    if not reports:
        parser.error("there is nothing to draw")

    figure, (roofline, shares) = plt.subplots(1, 2, figsize=(13, 5.2), width_ratios=[3, 2])
    colours = plt.get_cmap("tab10").colors
    names, values, bar_colours = [], [], []
    for k, report in enumerate(reports):
        colour = colours[k % len(colours)]
        draw_roof(roofline, report, colour)
        draw_points(roofline, report, colour, "os^Dv"[k % 5], title_of(report))
        for row in report["rows"]:
            names.append(row["name"] if len(reports) == 1 else f"{row['name']}, {title_of(report).split(',')[0]}")
            values.append(100 * row["share"])
            bar_colours.append(colour)
    roofline.set_xscale("log")
    roofline.set_yscale("log")
    roofline.set_xlabel("operations a byte")
    roofline.set_ylabel("TFLOP/s")
    roofline.set_title(reports[0]["machine"], fontsize=9)
    roofline.legend(fontsize=8, loc="lower right")
    bars = shares.barh(names, values, color=bar_colours)
    shares.bar_label(bars, fmt="%.0f %%", fontsize=8, padding=2)
    shares.invert_yaxis()
    shares.set_xlim(0, max(100, max(values) * 1.1))
    shares.set_xlabel("share: floor / time, %")
    shares.tick_params(axis="y", labelsize=8)
    for axes in (roofline, shares):
        axes.grid(alpha=0.3, which="both" if axes is roofline else "major")
    figure.tight_layout()
    figure.savefig(arguments.output, dpi=110)


if __name__ == "__main__":
    main()
