#pragma once

#include <cmath>

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/layer_norm.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/ops/add.hpp>
#include <qwen3vl/ops/attend.hpp>
#include <qwen3vl/ops/mask/full.hpp>
#include <qwen3vl/ops/resize_table.hpp>

namespace qwen3vl {

/// The position-aware adapter of Qwen-VL (Bai et al. 2023, §2.1): learned queries look at an image's patches once,
/// in a layer of cross-attention, so that an image of any size becomes as many tokens as there are queries:
///
///   kv  = LN_kv(x·W_kvᵀ)     q = LN_q(query)
///   out = MHA(q + pos, kv + pos', kv)        pos' : pos, resized to the patches' grid; values have no position
///
///   x : [patches, width], one image in raster order, a square     out : [queries, hidden]
template <Backend B, Element T> struct QueryResampler {
  using Space = typename B::Space;

  View<const T, 2, Space> query, pos_embed;  // [queries, hidden]
  Linear<B, T> kv_proj;                      // [hidden, width]
  LayerNorm<B, T> ln_q, ln_kv;
  View<const T, 2, Space> in_proj_weight;  // [3·hidden, hidden]: rows for q, then k, then v
  View<const T, 1, Space> in_proj_bias;    // [3·hidden]
  Linear<B, T> out_proj;                   // [hidden, hidden]
  int num_heads = 0;

  static void weights(auto& self, int width, int hidden, int queries, auto&& visit) {
    visit("query", self.query, Shape{queries, hidden});
    visit("pos_embed", self.pos_embed, Shape{queries, hidden});
    Linear<B, T>::weights(self.kv_proj, width, hidden, false, under(visit, "kv_proj"));
    LayerNorm<B, T>::weights(self.ln_q, hidden, under(visit, "ln_q"));
    LayerNorm<B, T>::weights(self.ln_kv, hidden, under(visit, "ln_kv"));
    visit("attn.in_proj_weight", self.in_proj_weight, Shape{3 * hidden, hidden});
    visit("attn.in_proj_bias", self.in_proj_bias, Shape{3 * hidden});
    Linear<B, T>::weights(self.out_proj, hidden, hidden, true, under(visit, "attn.out_proj"));
  }

  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    const std::int64_t hidden = query.shape[1], queries = query.shape[0], patches = x.shape[0];
    expect(num_heads > 0 && hidden % num_heads == 0, "QueryResampler",
           "num_heads does not divide the channels");
    auto q = workspace.template take<T>({queries, hidden}),
         asked = workspace.template take<T>({queries, hidden});
    auto kv = workspace.template take<T>({patches, hidden}),
         keyed = workspace.template take<T>({patches, hidden});
    auto k = workspace.template take<T>({patches, hidden}), v = workspace.template take<T>({patches, hidden});
    kv_proj.forward(on, x, keyed);
    ln_kv.forward(on, keyed, kv);
    resize_table(on, pos_embed, keyed);
    add(on, kv, keyed);
    ln_q.forward(on, query, q);
    add(on, pos_embed, q);

    linear(on, q, in_proj_weight.rows(0, hidden), in_proj_bias.rows(0, hidden), asked);
    linear(on, keyed, in_proj_weight.rows(hidden, hidden), in_proj_bias.rows(hidden, hidden), k);
    linear(on, kv, in_proj_weight.rows(2 * hidden, hidden), in_proj_bias.rows(2 * hidden, hidden), v);
    auto segment = workspace.template take<Segment>({1});
    const Segment all{0, static_cast<int>(queries), 0, static_cast<int>(patches), 0};
    on.copy_in(segment.data, &all, sizeof all);
    attend(on, FullMask{}, segment, heads(asked), heads(k), heads(v),
           1.0f / std::sqrt(static_cast<float>(hidden / num_heads)), heads(asked));
    out_proj.forward(on, asked, out);
  }

 private:
  auto heads(Out<B, T, 2> x) const { return split_last(x, num_heads, x.shape[1] / num_heads); }
};

}  // namespace qwen3vl
