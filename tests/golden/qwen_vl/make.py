"""Golden data of the first Qwen-VL: tower, resampler and decoder, in double precision with PyTorch, written from the
formulas alone. Random weights, small sizes, the checkpoint's own names and layouts.

    python make.py        (torch 2.11, safetensors; writes the files beside itself)
"""
import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
torch.manual_seed(1)
D = torch.float64


def random(*shape, scale=1.0, about=0.0):
    return (torch.randn(*shape, dtype=D) * scale + about).float().to(D)  # what a float can hold


# ---- the tower -------------------------------------------------------------------------------------------------
width, heads, layers, inner, patch, grid, side = 24, 3, 2, 40, 4, 8, 4
hidden, pool_heads, query_side = 32, 4, 4
V = "transformer.visual."
w = {
    V + "conv1.weight": random(width, 3, patch, patch, scale=0.15),
    V + "positional_embedding": random(side * side, width, scale=0.5),
    V + "proj": random(hidden, hidden, scale=0.2),
    V + "attn_pool.query": random(query_side**2, hidden),
    V + "attn_pool.pos_embed": random(query_side**2, hidden),
    V + "attn_pool.kv_proj.weight": random(hidden, width, scale=0.2),
    V + "attn_pool.attn.in_proj_weight": random(3 * hidden, hidden, scale=0.25),
    V + "attn_pool.attn.in_proj_bias": random(3 * hidden, scale=0.1),
    V + "attn_pool.attn.out_proj.weight": random(hidden, hidden, scale=0.2),
    V + "attn_pool.attn.out_proj.bias": random(hidden, scale=0.1),
}


def norm_weights(name, n):
    w[name + ".weight"], w[name + ".bias"] = random(n, scale=0.1, about=1), random(n, scale=0.1)


for name, n in [("ln_pre", width), ("ln_post", hidden), ("attn_pool.ln_q", hidden), ("attn_pool.ln_kv", hidden)]:
    norm_weights(V + name, n)
for i in range(layers):
    B = f"{V}transformer.resblocks.{i}."
    norm_weights(B + "ln_1", width)
    norm_weights(B + "ln_2", width)
    for name, out, into in [("attn.in_proj", 3 * width, width), ("attn.out_proj", width, width),
                            ("mlp.c_fc", inner, width), ("mlp.c_proj", width, inner)]:
        w[B + name + ".weight"], w[B + name + ".bias"] = random(out, into, scale=into**-0.5), random(out, scale=0.1)


def layer_norm(x, name):
    mean = x.mean(-1, keepdim=True)
    var = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(var + 1e-6) * w[name + ".weight"] + w[name + ".bias"]


def linear(x, name):
    y = x @ w[name + ".weight"].T
    return y + w[name + ".bias"] if name + ".bias" in w else y


def resize(table, to):
    n = math.isqrt(table.shape[0])
    if n == to:
        return table
    planes = table.reshape(1, n, n, -1).permute(0, 3, 1, 2)
    return F.interpolate(planes, size=(to, to), mode="bicubic", align_corners=False)[0].permute(1, 2, 0).reshape(to * to, -1)


def attention(q, k, v, n):  # [tokens, width] each
    split = lambda x: x.reshape(x.shape[0], n, -1).transpose(0, 1)
    q, k, v = split(q), split(k), split(v)
    p = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(q.shape[-1]), -1)
    return (p @ v).transpose(0, 1).reshape(q.shape[1], -1)


pixels = random(3, grid * patch, grid * patch)
x = F.conv2d(pixels[None], w[V + "conv1.weight"], stride=patch)[0].reshape(width, -1).T  # raster order
x = layer_norm(x + resize(w[V + "positional_embedding"], grid), V + "ln_pre")
expected = {"visual.ln_pre": x}
for i in range(layers):
    B = f"{V}transformer.resblocks.{i}."
    qkv = linear(layer_norm(x, B + "ln_1"), B + "attn.in_proj").reshape(-1, heads, 3, width // heads)  # head by head
    q, k, v = (qkv[:, :, j].reshape(-1, width) for j in range(3))
    x = x + linear(attention(q, k, v, heads), B + "attn.out_proj")
    x = x + linear(F.gelu(linear(layer_norm(x, B + "ln_2"), B + "mlp.c_fc")), B + "mlp.c_proj")
expected["visual.blocks"] = x

P = V + "attn_pool."
kv = layer_norm(linear(x, P + "kv_proj"), P + "ln_kv")
q = layer_norm(w[P + "query"], P + "ln_q")
W, b = w[P + "attn.in_proj_weight"], w[P + "attn.in_proj_bias"]
project = lambda x, j: x @ W[j * hidden:(j + 1) * hidden].T + b[j * hidden:(j + 1) * hidden]
pos = w[P + "pos_embed"]
y = linear(attention(project(q + pos, 0), project(kv + resize(pos, grid), 1), project(kv, 2), pool_heads), P + "attn.out_proj")
expected["visual.attn_pool"] = y
expected["visual"] = layer_norm(y, V + "ln_post") @ w[V + "proj"]

# ---- the decoder -----------------------------------------------------------------------------------------------
n_heads, d, depth, mlp, vocab, trained = 4, 8, 2, 24, 50, 16
T = "transformer."
w[T + "wte.weight"], w[T + "ln_f.weight"] = random(vocab, hidden), random(hidden, scale=0.1, about=1)
w["lm_head.weight"] = random(vocab, hidden, scale=0.2)
for i in range(depth):
    H = f"{T}h.{i}."
    w[H + "ln_1.weight"], w[H + "ln_2.weight"] = random(hidden, scale=0.1, about=1), random(hidden, scale=0.1, about=1)
    w[H + "attn.c_attn.weight"], w[H + "attn.c_attn.bias"] = random(3 * hidden, hidden, scale=0.25), random(3 * hidden, scale=0.1)
    w[H + "attn.c_proj.weight"] = random(hidden, hidden, scale=0.2)
    w[H + "mlp.w1.weight"], w[H + "mlp.w2.weight"] = random(mlp, hidden, scale=0.2), random(mlp, hidden, scale=0.2)
    w[H + "mlp.c_proj.weight"] = random(hidden, mlp, scale=0.2)


def rms_norm(x, name):
    return x / torch.sqrt((x**2).mean(-1, keepdim=True) + 1e-6) * w[name + ".weight"]


def decode(ids, features=None, at=0):
    length = len(ids)
    alpha = max(2 ** math.ceil(math.log2(length / trained) + 1) - 1, 1) if length > trained else 1
    base = 10000 * alpha ** (d / (d - 2))
    angle = torch.arange(length, dtype=D)[:, None] * base ** (-torch.arange(0, d, 2, dtype=D) / d)
    cos, sin = angle.cos().repeat(1, 2)[:, None], angle.sin().repeat(1, 2)[:, None]
    rotate = lambda x: x * cos + torch.cat([-x[..., d // 2:], x[..., :d // 2]], -1) * sin
    place = torch.arange(1, length + 1, dtype=D)
    logn = torch.where(place > trained, torch.log(place) / math.log(trained), torch.ones_like(place))[:, None, None]
    mask = torch.full((length, length), -math.inf, dtype=D).triu(1)
    x = w[T + "wte.weight"][ids]
    if features is not None:
        x[at:at + len(features)] = features
    for i in range(depth):
        H = f"{T}h.{i}."
        q, k, v = linear(rms_norm(x, H + "ln_1"), H + "attn.c_attn").reshape(length, 3, n_heads, d).unbind(1)
        q, k = rotate(q) * logn, rotate(k)
        p = torch.softmax(torch.einsum("qhd,khd->hqk", q, k) / math.sqrt(d) + mask, -1)
        x = x + linear(torch.einsum("hqk,khd->qhd", p, v).reshape(length, hidden), H + "attn.c_proj")
        n = rms_norm(x, H + "ln_2")
        x = x + linear(linear(n, H + "mlp.w1") * F.silu(linear(n, H + "mlp.w2")), H + "mlp.c_proj")
    x = rms_norm(x, T + "ln_f")
    return x, x @ w["lm_head.weight"].T


inputs = {"pixel_values": F.unfold(pixels[None], patch, stride=patch)[0].T}  # [patches, 3·patch²]
for name, length in [("short", 12), ("long", 40)]:  # within the length of training, and beyond
    ids = torch.randint(0, vocab, (length,))
    inputs[name + ".ids"] = ids
    expected[name + ".norm"], expected[name + ".logits"] = decode(ids)

ids = torch.randint(0, vocab, (24,))  # an image among text: its 16 tokens from the fourth on
inputs["image.ids"] = ids
expected["image.logits"] = decode(ids, expected["visual"], 3)[1]

as_float = lambda tensors: {k: (t.float() if t.dtype == D else t).contiguous() for k, t in tensors.items()}
(here / "checkpoint").mkdir(exist_ok=True)
save_file(as_float(w), here / "checkpoint" / "model.safetensors")
save_file(as_float(inputs), here / "inputs.safetensors")
save_file(as_float(expected), here / "expected.safetensors", {"made_with": f"torch {torch.__version__}, double"})
