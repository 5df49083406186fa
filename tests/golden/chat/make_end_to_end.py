#!/usr/bin/env python3
"""Writes end_to_end.json: prompts, grids, times and ids of the reference's complete runs.

    make_end_to_end.py REFERENCE_DIR > end_to_end.json

REFERENCE_DIR has NAME.json (messages, prompt, expanded prompt) and NAME.expected.safetensors
(input_ids, grids) for every run, as recorded with transformers 5.17 (video_released: with the rules
of 4.57). In the expanded prompts a run of eight equal pads is written "PADx8 ".
"""
import json
import pathlib
import sys

from safetensors.numpy import load_file

# Frames 0 14 27 41 54 68 81 95 of a clip of 24 frames per second.
SECONDS = [(a + b) / 2 / 24 for a, b in [(0, 14), (27, 41), (54, 68), (81, 95)]]

directory = pathlib.Path(sys.argv[1])
rows = []
for path in sorted(directory.glob("*.json")):
    run = json.loads(path.read_text())
    tensors = load_file(directory / f"{path.stem}.expected.safetensors")
    row = {
        "name": path.stem,
        "dialect": "transformers5" if path.stem == "video" else "released",
        "messages": run["messages"],
        "prompt": run["prompt"],
        "prompt_expanded": run["prompt_expanded"],
        "image_grids": tensors["image_grid_thw"].tolist() if "image_grid_thw" in tensors else [],
        "video_grids": tensors["video_grid_thw"].tolist() if "video_grid_thw" in tensors else [],
        "timestamps": SECONDS if "video_grid_thw" in tensors else [],
        "input_ids": tensors["input_ids"][0].tolist(),
        "greedy_tokens": tensors["greedy_tokens"][0].tolist(),
        "greedy_text": run["greedy_text"],
    }
    rows.append(row)
print(json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":")))
