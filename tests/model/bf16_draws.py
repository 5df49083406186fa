#!/usr/bin/env python3
"""What bf16 costs our program and the reference, over many draws of a golden case's inputs instead of one.

    models=build/dev/golden/models                 # the build unpacks them
    bf16_draws.py --case $models/qwen3vl_moe --checkpoint $models/moe --program build/dev/examples/qwen3vl/qwen3vl --count 32

A draw keeps the case's lengths, pictures' sizes and vision tokens; its text is of random ids below the special ones, its
pixels of a normal distribution with the case's mean and deviation. The reference is transformers on the CPU, in float32 and
in bfloat16. Of a mixture of experts it also counts the visits (token, layer) that go to other experts than in float32.
Needs PyTorch and transformers.
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


def forward(model, inputs, gates):
    """Logits [tokens, vocab], and the routers' logits [tokens, experts]."""
    routed = []

    def keep(module, arguments, output):
        routed.append((output[0] if isinstance(output, tuple) else output).float().flatten(0, -2))

    hooks = [model.get_submodule(name).register_forward_hook(keep) for name in gates]
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
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--program", required=True)
    parser.add_argument("--backend", default="cpu", help="of our program")
    parser.add_argument("--count", type=int, default=32)
    a = parser.parse_args()
    inputs = load_file(os.path.join(a.case, "inputs.safetensors"))
    exact, rounded = (AutoModelForImageTextToText.from_pretrained(a.checkpoint, dtype=dtype, attn_implementation="eager").eval()
                      for dtype in (torch.float32, torch.bfloat16))
    config = exact.config
    special = min(config.image_token_id, config.video_token_id, config.vision_start_token_id, config.vision_end_token_id)
    gates = [name for name, _ in exact.named_modules() if name.endswith("mlp.gate")]

    square, visits = torch.zeros(3, dtype=torch.float64), [0, 0]
    distances, times = [], []
    with tempfile.TemporaryDirectory() as folder:
        given, got = (os.path.join(folder, name) for name in ("in.safetensors", "out.safetensors"))
        for seed in range(a.count):
            drawn = draw(inputs, seed, special)
            save_file(drawn, given)
            subprocess.run([a.program, "trace", "--model", a.checkpoint, "--inputs", given, "--output", got, "--dtype", "bf16", "--dialect",
                            "transformers5", "--backend", a.backend], check=True, stdout=subprocess.DEVNULL)
            trace = load_file(got)
            ours = trace["logits"].float().flatten(0, -2)
            wanted, wanted_routes = forward(exact, drawn, gates)
            theirs, their_routes = forward(rounded, drawn, gates)
            squares = torch.stack([(x ** 2).sum().double() for x in (ours - wanted, theirs - wanted, wanted)])
            times.append((squares[0] / squares[1]).sqrt().item())
            square += squares
            distances.append(torch.stack([(x - wanted).norm(dim=-1) / wanted.norm(dim=-1) for x in (ours, theirs)]))
            if gates:
                k = config.text_config.num_experts_per_tok
                visits[0] += astray([trace[name].float().flatten(0, -2) for name in gates], wanted_routes, k)
                visits[1] += astray(their_routes, wanted_routes, k)
            error = (square[:2] / square[2]).sqrt().tolist()
            print(f"{seed + 1} draws: {error[0]:.5f} from float, the reference's bf16 {error[1]:.5f}: {error[0] / error[1]:.3f} times", flush=True)
    middle = torch.cat(distances, 1).median(1).values.tolist()
    print(f"{sum(d.shape[1] for d in distances)} tokens, median {middle[0]:.5f} and {middle[1]:.5f}; "
          f"single draws {min(times):.2f} to {max(times):.2f} times" + (f"; visits to other experts {visits[0]} and {visits[1]}" if gates else ""))


if __name__ == "__main__":
    main()
