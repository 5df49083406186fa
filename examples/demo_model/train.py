#!/usr/bin/env python3
"""Trains the demo model from scratch on one GPU, in pieces if need be.

    train.py --half 1 --minutes 26.4 --state state.pt --output checkpoint
    train.py --half 2 --minutes 52.6 --state state.pt --output checkpoint             # goes on where state.pt stands
    train.py --half 2 --minutes 52.6 --state state.pt --output checkpoint --piece 9   # at most 9 of the minutes now
    train.py --check                                                     # packed forward pass against transformers

The schedule follows the minutes trained, so that --minutes is the budget from the very beginning, whatever the GPU: the rate
falls to nothing at the end of the first half, rises again for the second (items.py tells them apart), and falls again. No item
is drawn twice, and the loss and accuracies that it prints are over items seen for the first time.
"""
import argparse
import json
import os
import random
import time

import numpy as np
import torch
import torch.nn.functional as F
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

import samples
from items import METRICS
from packed import Muon, Packed, init
from samples import FOLDER, LONGEST_PICTURE, LONGEST_TEXT, Packer, Prompts

TEXT = dict(hidden_size=192, intermediate_size=512, num_hidden_layers=6, num_attention_heads=6, num_key_value_heads=2, head_dim=32,
            max_position_embeddings=4096, rms_norm_eps=1e-6, tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 500000.0, "mrope_section": [6, 5, 5], "mrope_interleaved": True})
VISION = dict(hidden_size=160, intermediate_size=704, depth=8, num_heads=5, out_hidden_size=192, deepstack_visual_indexes=[1, 3, 5],
              num_position_embeddings=samples.GRID ** 2, patch_size=16, temporal_patch_size=2, spatial_merge_size=2)


def new_model():
    name = Prompts().tokenizer.token_to_id
    entries = Prompts().tokenizer.get_vocab_size()
    end, eot = name("<|im_end|>"), name("<|endoftext|>")
    config = Qwen3VLConfig(
        text_config={**TEXT, "vocab_size": entries, "bos_token_id": eot, "eos_token_id": end, "pad_token_id": eot}, vision_config=VISION,
        image_token_id=name("<|image_pad|>"), video_token_id=name("<|video_pad|>"),
        vision_start_token_id=name("<|vision_start|>"), vision_end_token_id=name("<|vision_end|>"), tie_word_embeddings=True)
    model = Qwen3VLForConditionalGeneration(config)
    model.generation_config.update(bos_token_id=eot, eos_token_id=[end, eot], pad_token_id=eot, do_sample=False)
    return model


class Stream(torch.utils.data.IterableDataset):
    def __init__(self, start, half):
        self.start, self.half = start, half

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        torch.set_num_threads(1)
        packer = Packer((1, self.start, worker.id if worker else 0), self.half)
        while True:
            yield {k: torch.from_numpy(v) for k, v in packer.batch().items()}


def rate(done):
    """Of the peak: a short rise, level to 45 %, straight down to nothing."""
    return min(1.0, done / 0.01, max(0.0, (1 - done) / 0.55))


def save(model, output):
    copy = Qwen3VLForConditionalGeneration(model.config)
    copy.load_state_dict(model.state_dict())
    copy.generation_config = model.generation_config
    copy.to(torch.bfloat16).save_pretrained(output)
    for file, kind, least, most in (("preprocessor_config.json", "image_processor_type", 16384, 200704),
                                    ("video_preprocessor_config.json", "video_processor_type", 4096, 2097152)):
        with open(os.path.join(output, file), "w", encoding="utf-8") as out:
            json.dump({"size": {"shortest_edge": least, "longest_edge": most}, "patch_size": 16, "temporal_patch_size": 2, "merge_size": 2,
                       "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "processor_class": "Qwen3VLProcessor",
                       kind: "Qwen2VLImageProcessorFast" if "image" in kind else "Qwen3VLVideoProcessor"}, out, indent=1)


def check():
    """The packed pass against transformers, on the CPU in float32: a picture item and a clip item."""
    model = new_model().eval()
    init(model)
    samples.PATCHES, samples.ROWS, samples.TOKENS = 4096, 8192, 4096
    batch = {k: torch.from_numpy(v) for k, v in Packer((9,)).batch().items()}
    with torch.no_grad():
        packed = Packed(model, torch.float32, False)
        ours = packed.logits(packed.hidden(batch, LONGEST_PICTURE, LONGEST_TEXT))
        pictures, ends = batch["picture_ends"].tolist(), batch["text_ends"].tolist()
        k = worst = 0
        for a, b in list(zip(ends[:-1], ends[1:]))[:int(batch["items"])]:
            ids = batch["ids"][a:b].long()[None]
            vision = [(ids == t).sum().item() * 4 for t in (model.config.image_token_id, model.config.video_token_id)]
            rows, grids = [], []
            while sum(map(len, rows)) < sum(vision):
                span = slice(pictures[k], pictures[k + 1])
                pair = batch["rows"][batch["pairs"][span].long()].float().view(-1, 2, 3, 256).transpose(1, 2).reshape(-1, 1536)
                rows.append((pair - 127.5) / 127.5)
                grids.append([1, *(batch["places"][span].max(0).values + 1).tolist()])
                k += 1
            names = ("pixel_values", "image_grid_thw") if vision[0] else ("pixel_values_videos", "video_grid_thw")
            grid = torch.tensor(grids) if vision[0] else torch.tensor([[len(grids), *grids[0][1:]]])
            types = (ids == model.config.image_token_id).long() + 2 * (ids == model.config.video_token_id).long()
            theirs = model(input_ids=ids, attention_mask=torch.ones_like(ids), mm_token_type_ids=types,
                           **dict(zip(names, (torch.cat(rows), grid)))).logits[0]
            worst = max(worst, ((ours[a:b] - theirs).norm() / theirs.norm()).item())
    print(f"{int(batch['items'])} items, largest relative error {worst:.2e}, {sum(p.numel() for p in model.parameters()):,} parameters")
    assert worst < 1e-5


def train(a):
    torch.set_float32_matmul_precision("high")
    device = "cuda" if torch.cuda.is_available() else "cpu"   # the CPU serves to try the code
    on_gpu = device == "cuda"
    model = new_model().to(device)
    init(model)
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and any(s in n for s in ("blocks", "merger", "layers"))]
    inside = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in inside]
    peak = torch.zeros((), device=device)
    muon = Muon(matrices, on_gpu)
    adam = torch.optim.AdamW(others, lr=peak if on_gpu else a.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=on_gpu, capturable=on_gpu)
    progress = {"seconds": 0.0, "steps": 0, "items": 0, "pieces": 0, "curve": []}
    if os.path.exists(a.state):
        state = torch.load(a.state, map_location=device)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        muon.momentum = {k: v.float() for k, v in state["muon"].items()}
        progress = state["progress"]
        print(f"going on after {progress['seconds'] / 60:.1f} minutes, {progress['steps']} steps", flush=True)
    for group in adam.param_groups:
        group["lr"] = peak if on_gpu else a.rate
    packed = Packed(model, torch.bfloat16, on_gpu)
    names = list(METRICS)
    totals = torch.zeros(2, len(names) + 1, device=device)     # answers right, answers in all, of each metric
    losses = torch.zeros((), device=device)
    fresh = torch.ones((), device=device)                      # 0 while a batch is seen again: it counts no more

    def step(b):
        x = packed.hidden(b, LONGEST_PICTURE, LONGEST_TEXT)
        logits = packed.logits(x.index_select(0, b["at"]))
        loss = (F.cross_entropy(logits, b["targets"].long(), reduction="none") * b["share"]).sum() / b["share"].sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0, foreach=True)
        muon.step(peak * a.muon, 0.02)
        adam.step()
        with torch.no_grad():
            answer = b["answer"].long()
            wrong = torch.zeros(samples.TARGETS + 1, device=device).index_add_(0, answer, (logits.argmax(-1) != b["targets"]).float())
            metric = torch.full((samples.TARGETS + 1,), len(names), device=device).scatter_(0, answer, b["metric"].long())
            totals[0].index_add_(0, metric, fresh * (wrong == 0).float())
            totals[1].index_add_(0, metric, fresh.expand_as(wrong))
            losses.add_(fresh * loss.detach())

    def snapshot():
        torch.save({"model": model.state_dict(), "adam": adam.state_dict(), "muon": {k: v.bfloat16() for k, v in muon.momentum.items()},
                    "progress": progress}, a.state + ".new")
        os.replace(a.state + ".new", a.state)
        with open(a.curve, "w") as out:
            json.dump({"metrics": names, "minutes": a.minutes, "device": torch.cuda.get_device_name() if on_gpu else "CPU", "curve": progress["curve"]}, out)

    replay = None
    if on_gpu:   # the whole step becomes one CUDA graph, over buffers that stay where they are
        begun = time.time()
        fixed = {k: torch.from_numpy(v).to(device) for k, v in Packer((2, progress["pieces"]), a.half).batch().items()}
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):      # compiles; the rate is 0, so that nothing moves but the momentum
                model.zero_grad(set_to_none=True)
                step(fixed)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        model.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            step(fixed)
        replay = graph.replay
        totals.zero_()
        losses.zero_()
        torch.cuda.synchronize()
        print(f"compiled and captured in {time.time() - begun:.0f} s", flush=True)

    loader = iter(torch.utils.data.DataLoader(Stream(progress["pieces"], a.half), batch_size=None, num_workers=a.workers, pin_memory=on_gpu, prefetch_factor=6))
    progress["pieces"] += 1
    begun = progress["seconds"]
    first = next(loader)
    clock = last = saved = time.time()
    waited, window = 0.0, 0
    ring = []
    while True:
        before = time.time()
        host = first if first is not None else next(loader)
        first = None
        waited += time.time() - before
        peak.fill_(a.rate * rate(progress["seconds"] / (60 * a.minutes)))
        if replay:
            for name, tensor in host.items():
                fixed[name].copy_(tensor, non_blocking=True)
            fresh.fill_(1)
            replay()
            # The GPU is faster than the drawing: batches are seen again, a while later, in random order.
            if len(ring) < a.ring:
                ring.append({name: tensor.clone() for name, tensor in fixed.items()})
            else:
                slot = ring[progress["steps"] % a.ring]
                for name, tensor in fixed.items():
                    slot[name].copy_(tensor)
            fresh.fill_(0)
            for _ in range(a.views - 1 if len(ring) >= 32 else 0):
                for name, tensor in ring[random.randrange(len(ring))].items():
                    fixed[name].copy_(tensor)
                replay()
        else:
            adam.param_groups[0]["lr"] = float(peak)
            model.zero_grad(set_to_none=True)
            step(host)
        progress["steps"] += 1
        progress["items"] += int(host["items"])
        window += 1
        if on_gpu and window % 8 == 0:
            torch.cuda.synchronize()      # so that the clock is the GPU's
        progress["seconds"] = begun + time.time() - clock
        finished = progress["seconds"] >= 60 * a.minutes or time.time() - clock >= 60 * a.piece
        if finished or time.time() - last > a.every:
            exact = (totals[0] / totals[1].clamp(min=1)).tolist()
            mean = (losses / window).item()
            progress["curve"].append([progress["seconds"], progress["items"], mean, exact[:-1]])
            elapsed = time.time() - last
            print(f"{progress['seconds'] / 60:5.2f} min  step {progress['steps']}  {window / elapsed:.1f}/s  waited {waited / elapsed:.0%}  items {progress['items']:,}  "
                  f"loss {mean:.4f}  " + " ".join(f"{n} {100 * e:.1f}" for n, e in zip(names, exact)), flush=True)
            last, waited, window = time.time(), 0.0, 0
            losses.zero_()
            totals.zero_()
            if not np.isfinite(mean):
                raise SystemExit("the loss is no number any more; the last state saved is whole")
        if finished or time.time() - saved > 75:
            snapshot()
            saved = time.time()
        if finished:
            break
    model.cpu()
    save(model, a.output)
    print("done" + (f", peak memory {torch.cuda.max_memory_allocated() >> 20} MiB" if on_gpu else ""), flush=True)
    os._exit(0)   # the drawing processes need no farewell


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with transformers and stop")
    parser.add_argument("--half", type=int, default=1, choices=(1, 2), help="which of the two mixtures of items.py")
    parser.add_argument("--minutes", type=float, default=26.4, help="of training in all, those of the state included")
    parser.add_argument("--piece", type=float, default=1e9, help="minutes of this call at most")
    parser.add_argument("--state", default="state.pt")
    parser.add_argument("--output", default=os.path.join(FOLDER, "checkpoint"))
    parser.add_argument("--curve", default="curve.json")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate of AdamW: embeddings, norms, biases")
    parser.add_argument("--muon", type=float, default=4.0, help="Muon's rate, as a multiple")
    parser.add_argument("--views", type=int, default=2, help="how often a batch is seen")
    parser.add_argument("--ring", type=int, default=512, help="batches kept to be seen again")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--every", type=float, default=20, help="seconds between lines")
    a = parser.parse_args()
    check() if a.check else train(a)
