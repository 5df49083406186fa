#!/usr/bin/env python3
"""Answers the same items with transformers on the same checkpoint, for evaluate.py --compare.

    answer_with_transformers.py --items items --output theirs.jsonl

Pixels by transformers' own image and video processors, model by its Qwen3VLForConditionalGeneration in bfloat16,
greedy. The prompt of a clip has the released form, which the newer library no longer writes (docs: --dialect).
"""
import argparse
import io
import json
import os

import numpy as np
import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoVideoProcessor, Qwen3VLForConditionalGeneration

from samples import FOLDER, Prompts
from tasks.clip import sampled_frames, timestamps


def read_avi(path):
    """Frames and rate of a Motion-JPEG AVI as avi.py writes it."""
    with open(path, "rb") as file:
        data = file.read()
    fps = int.from_bytes(data[data.index(b"strh") + 8 + 24:][:4], "little")
    frames, at = [], data.index(b"movi") + 4
    while data[at:at + 4] == b"00dc":
        size = int.from_bytes(data[at + 4:at + 8], "little")
        frames.append(np.asarray(Image.open(io.BytesIO(data[at + 8:at + 8 + size])).convert("RGB")))
        at += 8 + size + size % 2
    return np.stack(frames), fps


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--model", default=os.path.join(FOLDER, "checkpoint"))
    parser.add_argument("--dtype", default="bf16", choices=["bf16", "f32"])
    arguments = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = Qwen3VLForConditionalGeneration.from_pretrained(arguments.model, dtype=torch.bfloat16 if arguments.dtype == "bf16" else torch.float32).to(device).eval()
    images, videos = (kind.from_pretrained(arguments.model) for kind in (AutoImageProcessor, AutoVideoProcessor))
    prompts = Prompts(arguments.model)
    with open(os.path.join(arguments.items, "items.jsonl"), encoding="utf-8") as file, open(arguments.output, "w", encoding="utf-8") as out:
        for line in file:
            item = json.loads(line)
            paths = [os.path.join(arguments.items, name) for name in item["media"]]
            if paths[0].endswith(".avi"):
                frames, fps = read_avi(paths[0])
                indices = sampled_frames(len(frames), fps)
                inputs = videos(videos=[frames[indices]], do_sample_frames=False, return_tensors="pt")
                grid = inputs["video_grid_thw"][0].tolist()
                pads = "<|vision_start|>" + "<|video_pad|>" * (grid[1] * grid[2] // 4) + "<|vision_end|>"
                media = "".join(f"<{time:.1f} seconds>{pads}" for time in timestamps(indices, fps))
                names = ("pixel_values_videos", "video_grid_thw")
            else:
                inputs = images(images=[Image.open(path).convert("RGB") for path in paths], return_tensors="pt")
                media = "".join("<|vision_start|>" + "<|image_pad|>" * (h * w // 4) + "<|vision_end|>" for _, h, w in inputs["image_grid_thw"].tolist())
                names = ("pixel_values", "image_grid_thw")
            ids = torch.tensor([prompts.ids(f"<|im_start|>user\n{media}{item['prompt']}<|im_end|>\n<|im_start|>assistant\n")], device=device)
            kinds = (ids == prompts.image).long() + 2 * (ids == prompts.video).long()
            with torch.no_grad():
                answer = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=kinds, do_sample=False, max_new_tokens=400,
                                        **{name: inputs[name].to(device) for name in names})
            text = prompts.tokenizer.decode(answer[0, ids.shape[1]:].tolist(), skip_special_tokens=True)
            out.write(json.dumps({"media": item["media"], "answer": text}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
