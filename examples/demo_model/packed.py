"""Qwen3-VL's forward pass over packed batches, with the weights of a transformers model.

The same mathematics as transformers' Qwen3VLForConditionalGeneration (train.py --check shows it), but one launch for many
pictures and conversations: attention is confined by running lengths instead of masks or loops.
"""
import math

import torch
import torch.nn.functional as F


def attend(q, k, v, ends, longest, causal):
    """softmax(q kᵀ / √d) v within each segment [ends[i], ends[i+1]). q, k, v: [tokens, heads, d]."""
    if q.is_cuda:
        from torch.nn.attention.varlen import varlen_attn
        return varlen_attn(q, k, v, ends, ends, longest, longest, window_size=(-1, 0) if causal else (-1, -1))
    out = torch.empty_like(q)
    for a, b in zip(ends[:-1].tolist(), ends[1:].tolist()):
        if a < b:
            out[a:b] = F.scaled_dot_product_attention(*(t[a:b].transpose(0, 1)[None] for t in (q, k, v)), is_causal=causal)[0].transpose(0, 1)
    return out


def linear(x, weight, bias=None):
    return F.linear(x, weight.to(x.dtype), None if bias is None else bias.to(x.dtype))


def layer_norm(x, weight, bias):
    return F.layer_norm(x.float(), (x.shape[-1],), weight.float(), bias.float(), 1e-6).to(x.dtype)


def rms_norm(x, weight):
    y = x.float()
    return (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + 1e-6)).to(x.dtype) * weight.to(x.dtype)


def rotate(x, cos, sin):
    """RoPE in float32, split-half pairing. x: [tokens, heads, d]; cos, sin: [tokens, 1, d/2]."""
    a, b = x.float().chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(x.dtype)


def vision_block(x, ends, longest, cos, sin, heads, w):
    qkv = linear(layer_norm(x, w[0], w[1]), w[2], w[3]).view(x.shape[0], 3, heads, -1)
    q, k, v = rotate(qkv[:, 0], cos, sin), rotate(qkv[:, 1], cos, sin), qkv[:, 2]
    x = x + linear(attend(q, k, v.contiguous(), ends, longest, False).flatten(1), w[4], w[5])
    return x + linear(F.gelu(linear(layer_norm(x, w[6], w[7]), w[8], w[9]), approximate="tanh"), w[10], w[11])


def merge(x, w, after_shuffle):
    wide = w[2].shape[1]
    x = layer_norm(x.view(-1, wide), w[0], w[1]) if after_shuffle else layer_norm(x, w[0], w[1]).view(-1, wide)
    return linear(F.gelu(linear(x, w[2], w[3])), w[4], w[5])


def decoder_layer(x, ends, longest, cos, sin, heads, w):
    n = x.shape[0]
    y = rms_norm(x, w[0])
    q, k, v = (linear(y, w[i]).view(n, -1, w[4].shape[0]) for i in (1, 2, 3))
    q, k = rotate(rms_norm(q, w[4]), cos, sin), rotate(rms_norm(k, w[5]), cos, sin)
    k, v = (t.repeat_interleave(heads // t.shape[1], 1) for t in (k, v))
    x = x + linear(attend(q, k, v, ends, longest, True).flatten(1), w[6])
    y = rms_norm(x, w[7])
    return x + linear(F.silu(linear(y, w[8])) * linear(y, w[9]), w[10])


class Packed:
    def __init__(self, model, dtype, compiled):
        self.model, self.dtype = model, dtype
        if compiled:
            torch._dynamo.config.recompile_limit = 64
        wrap = (lambda f: torch.compile(f, dynamic=False)) if compiled else (lambda f: f)
        self.vision_block, self.merge, self.decoder_layer = wrap(vision_block), wrap(merge), wrap(decoder_layer)
        visual, text = model.model.visual, model.model.language_model
        norm = lambda m: (m.weight, m.bias)
        self.blocks = [(*norm(b.norm1), *norm(b.attn.qkv), *norm(b.attn.proj), *norm(b.norm2), *norm(b.mlp.linear_fc1), *norm(b.mlp.linear_fc2))
                       for b in visual.blocks]
        self.mergers = [(*norm(m.norm), *norm(m.linear_fc1), *norm(m.linear_fc2)) for m in [visual.merger, *visual.deepstack_merger_list]]
        self.layers = [(l.input_layernorm.weight, l.self_attn.q_proj.weight, l.self_attn.k_proj.weight, l.self_attn.v_proj.weight,
                        l.self_attn.q_norm.weight, l.self_attn.k_norm.weight, l.self_attn.o_proj.weight, l.post_attention_layernorm.weight,
                        l.mlp.gate_proj.weight, l.mlp.up_proj.weight, l.mlp.down_proj.weight) for l in text.layers]
        self.config = model.config

    def towers(self, b, longest):
        """Main and DeepStack features, [patches / 4, hidden] each."""
        c, visual = self.config.vision_config, self.model.model.visual
        weight = visual.patch_embed.proj.weight
        rows = ((b["rows"].float() - 127.5) / 127.5).to(self.dtype)
        first, second = (linear(rows, weight[:, :, t].reshape(c.hidden_size, 768)) for t in (0, 1))
        a, z = b["pairs"].unbind(1)
        x = first.index_select(0, a) + second.index_select(0, z) + visual.patch_embed.proj.bias.to(self.dtype)
        mixing = torch.zeros(len(b["corners"]), c.num_position_embeddings, device=x.device).scatter_add_(1, b["corners"].long(), b["weights"])
        x = x + (mixing @ visual.pos_embed.weight.float()).to(self.dtype)
        d = c.hidden_size // c.num_heads
        frequencies = 10000.0 ** (-torch.arange(0, d // 2, 2, device=x.device).float() / (d // 2))
        angles = (b["places"].float()[:, :, None] * frequencies).flatten(1)[:, None]
        cos, sin = angles.cos(), angles.sin()
        taps = []
        for k, w in enumerate(self.blocks):
            x = self.vision_block(x, b["picture_ends"], longest, cos, sin, c.num_heads, w)
            if k in c.deepstack_visual_indexes:
                taps.append(self.merge(x, self.mergers[1 + len(taps)], True))
        return self.merge(x, self.mergers[0], False), taps

    def hidden(self, b, longest_picture, longest_text):
        c, text = self.config.text_config, self.model.model.language_model
        features, taps = self.towers(b, longest_picture)
        x = text.embed_tokens.weight.index_select(0, b["ids"]).to(self.dtype)
        where = b["feature_rows"].long()
        x = x.index_copy(0, where, features.to(self.dtype))
        half = c.head_dim // 2
        inverse = c.rope_parameters["rope_theta"] ** (-torch.arange(half, device=x.device).float() / half)
        s = c.rope_parameters["mrope_section"]
        i = torch.arange(half, device=x.device)
        axis = ((i % 3 == 1) & (i < 3 * s[1])).long() + 2 * ((i % 3 == 2) & (i < 3 * s[2])).long()   # H, W, else T
        angles = (b["positions"].float()[axis].T * inverse)[:, None]
        cos, sin = angles.cos(), angles.sin()
        for k, w in enumerate(self.layers):
            x = self.decoder_layer(x, b["text_ends"], longest_text, cos, sin, c.num_attention_heads, w)
            if k < len(taps):
                x = x.index_add(0, where, taps[k].to(self.dtype))
        return x

    def logits(self, x):
        text = self.model.model.language_model
        return linear(rms_norm(x, text.norm.weight), text.embed_tokens.weight).float()


def orthogonal(g):
    """The nearest orthogonal matrices to g [n, rows, columns], by five steps of Newton and Schulz (Muon)."""
    x = g.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return x.mT if tall else x


class Muon:
    """Momentum, made orthogonal, for the matrices of the blocks; matrices of one shape go together."""

    def __init__(self, parameters, compiled):
        self.groups = {}
        for p in parameters:
            self.groups.setdefault(tuple(p.shape), []).append(p)
        self.momentum = {s: torch.zeros(len(ps), *s, device=ps[0].device) for s, ps in self.groups.items()}
        self.orthogonal = torch.compile(orthogonal, dynamic=False) if compiled else orthogonal

    @torch.no_grad()
    def step(self, rate, decay, mu=0.95):
        """rate: a tensor of one element, so that a captured graph sees its changes."""
        for shape, parameters in self.groups.items():
            g = torch.stack([p.grad for p in parameters]).float()
            m = self.momentum[shape].lerp_(g, 1 - mu)
            u = self.orthogonal(g.lerp(m, mu)).float() * (-rate * max(1.0, shape[0] / shape[1]) ** 0.5)
            torch._foreach_mul_(parameters, 1 - rate * decay)
            torch._foreach_add_(parameters, list(u.unbind(0)))


def init(model, seed=0):
    """Small weights for wide rows, smaller ones where a block writes into the residual stream."""
    torch.manual_seed(seed)
    depth = {"visual": len(model.model.visual.blocks), "language_model": len(model.model.language_model.layers)}
    for name, p in model.named_parameters():
        with torch.no_grad():
            if p.ndim == 1:
                p.fill_(1.0 if "norm" in name and name.endswith("weight") else 0.0)
            elif "embed_tokens" in name or "pos_embed" in name:
                p.normal_(0, 0.05)
            else:
                p.normal_(0, 0.7 / math.sqrt(p[0].numel()))
                if any(s in name for s in ("o_proj", "down_proj", "attn.proj", "blocks") ) and any(s in name for s in ("o_proj", "down_proj", "attn.proj", "linear_fc2")):
                    p.mul_(1 / math.sqrt(2 * depth["visual" if "visual" in name else "language_model"]))
