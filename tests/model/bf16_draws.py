#!/usr/bin/env python3
"""What bf16 costs our program and the reference, over many draws of a golden case's inputs instead of one.

    bf16_draws.py --case GOLDEN/qwen3vl_moe --program build/dev/examples/qwen3vl/qwen3vl --count 32

A draw keeps the case's lengths, pictures' sizes and vision tokens; its text is of random ids, its pixels of a normal
distribution with the case's mean and deviation. The reference is transformers on the CPU, in float32 and in bfloat16. Of a
mixture of experts it also counts the visits (token, layer) that go to other experts than in float32.
CASE has checkpoint/ and inputs.safetensors; --checkpoint for one that lies elsewhere. Needs PyTorch and transformers.
"""
import argparse
import os
import subprocess
import tempfile

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText


def draw(inputs, seed, special):
    generator = torch.Generator().manual_seed(seed)
    drawn = {name: tensor.clone() for name, tensor in inputs.items()}
    ids = drawn["input_ids"]
    text = ids < special
    ids[text] = torch.randint(1, special, ids.shape, generator=generator)[text]
    for name in ("pixel_values", "pixel_values_videos"):
        if name in drawn:
            drawn[name] = torch.randn(drawn[name].shape, generator=generator) * drawn[name].std() + drawn[name].mean()
    return drawn


def forward(model, inputs):
    """Logits [tokens, vocab], and the router's logits [tokens, experts] of every layer that has one."""
    routed = []

    def keep(module, arguments, output):
        routed.append((output[0] if isinstance(output, tuple) else output).float().flatten(0, -2))

    hooks = [m.register_forward_hook(keep) for name, m in model.named_modules() if name.endswith("mlp.gate")]
    with torch.no_grad():
        logits = model(**{k: v.to(model.dtype) if v.is_floating_point() else v for k, v in inputs.items()}).logits
    for hook in hooks:
        hook.remove()
    return logits.float().flatten(0, -2), routed


def astray(ours, exact, k):
    chosen = lambda logits: logits.topk(k).indices.sort(-1).values
    return sum((chosen(a) != chosen(b)).any(-1).sum().item() for a, b in zip(ours, exact))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", required=True)
    parser.add_argument("--checkpoint")
    parser.add_argument("--program", required=True)
    parser.add_argument("--backend", default="cpu", help="of our program")
    parser.add_argument("--count", type=int, default=32)
    a = parser.parse_args()
    checkpoint = a.checkpoint or os.path.join(a.case, "checkpoint")
    inputs = load_file(os.path.join(a.case, "inputs.safetensors"))
    exact, rounded = (AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=dtype, attn_implementation="eager").eval()
                      for dtype in (torch.float32, torch.bfloat16))
    config = exact.config
    special = min(config.image_token_id, config.video_token_id, config.vision_start_token_id, config.vision_end_token_id)
    k = getattr(config.text_config, "num_experts_per_tok", None)

    square, visits = torch.zeros(3, dtype=torch.float64), [0, 0]
    distances = []
    with tempfile.TemporaryDirectory() as folder:
        given, got = (os.path.join(folder, name) for name in ("in.safetensors", "out.safetensors"))
        for seed in range(a.count):
            drawn = draw(inputs, seed, special)
            save_file(drawn, given)
            subprocess.run([a.program, "trace", "--model", checkpoint, "--inputs", given, "--output", got, "--dtype", "bf16", "--dialect",
                            "transformers5", "--backend", a.backend], check=True, stdout=subprocess.DEVNULL)
            trace = load_file(got)
            ours = trace["logits"].float().flatten(0, -2)
            wanted, wanted_routes = forward(exact, drawn)
            theirs, their_routes = forward(rounded, drawn)
            square += torch.stack([(x ** 2).sum().double() for x in (ours - wanted, theirs - wanted, wanted)])
            distances.append(torch.stack([(x - wanted).norm(dim=-1) / wanted.norm(dim=-1) for x in (ours, theirs)]))
            if k:
                layers = [name for name, m in exact.named_modules() if name.endswith("mlp.gate")]
                visits[0] += astray([trace[name].float().flatten(0, -2) for name in layers], wanted_routes, k)
                visits[1] += astray(their_routes, wanted_routes, k)
            error = (square[:2] / square[2]).sqrt().tolist()
            print(f"{seed + 1} draws: {error[0]:.5f} from float, the reference's bf16 {error[1]:.5f}: {error[0] / error[1]:.3f} times", flush=True)
    middle = torch.cat(distances, 1).median(1).values.tolist()
    print(f"{sum(d.shape[1] for d in distances)} tokens, median {middle[0]:.5f} and {middle[1]:.5f}"
          + (f"; visits to other experts {visits[0]} and {visits[1]}" if k else ""))


if __name__ == "__main__":
    main()
