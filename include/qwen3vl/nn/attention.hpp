#pragma once

#include <cmath>
#include <type_traits>

#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/nn/rms_norm.hpp>
#include <qwen3vl/ops/append.hpp>
#include <qwen3vl/ops/attend.hpp>
#include <qwen3vl/ops/rope/rope.hpp>
#include <qwen3vl/ops/rotate.hpp>
#include <qwen3vl/ops/rotate_adjacent.hpp>
#include <qwen3vl/ops/scale_queries.hpp>

namespace qwen3vl {

/// What a recipe says of RoPE's pairs, and of the scale of queries; a recipe may be silent on both.
template <class Recipe> constexpr bool recipe_pairs_neighbours() {
  if constexpr (requires { typename Recipe::RoPE; })
    return has_adjacent_pairs<typename Recipe::RoPE>();
  else
    return false;
}
template <class Recipe> struct QueryScaleOfRecipe { using type = NoQueryScale; };
template <class Recipe>
requires requires { typename Recipe::QueryScale; }
struct QueryScaleOfRecipe<Recipe> {
  using type = typename Recipe::QueryScale;
};
template <class Recipe> using QueryScaleOf = typename QueryScaleOfRecipe<Recipe>::type;

/// Self-attention of a decoder, with grouped queries (Ainslie et al. 2023) and a cache:
///
///   q = rope(norm(x·Wqᵀ))   k = rope(norm(x·Wkᵀ))   v = x·Wvᵀ          norm per head; Qwen3 only
///   out = softmax(q·Kᵀ/√head_dim + mask)·V · Woᵀ                      K, V : the cache with k, v appended
///
///   x, out : [tokens, hidden]     cosine, sine : [tokens, head_dim/2]     K, V : [rows, kv_heads, head_dim]
///
/// Recipe says `qk_norm`, `qkv_bias`, the `Mask`, and the `QueryScale` of models that have one. head_dim is config.json's, not hidden / heads.
template <Backend B, Element T, class Recipe> struct Attention {
  using Space = typename B::Space;
  using QueryScale = QueryScaleOf<Recipe>;

  Linear<B, T> q_proj;           // [heads·head_dim, hidden]
  Linear<B, T> k_proj, v_proj;   // [kv_heads·head_dim, hidden]
  Linear<B, T> o_proj;           // [hidden, heads·head_dim]
  RMSNorm<B, T> q_norm, k_norm;  // [head_dim]
  int head_dim = 0;
  [[no_unique_address]] QueryScale query_scale = {};

  void configure(const auto& config) {
    if constexpr (requires { QueryScale::from(config); }) query_scale = QueryScale::from(config);
    head_dim = config.head_dim;
    q_norm.eps = k_norm.eps = static_cast<float>(config.rms_norm_eps);
  }

  static void weights(auto& self, const auto& config, auto&& visit) {
    const int q = config.num_attention_heads * config.head_dim,
              kv = config.num_key_value_heads * config.head_dim;
    Linear<B, T>::weights(self.q_proj, config.hidden_size, q, Recipe::qkv_bias, under(visit, "q_proj"));
    Linear<B, T>::weights(self.k_proj, config.hidden_size, kv, Recipe::qkv_bias, under(visit, "k_proj"));
    Linear<B, T>::weights(self.v_proj, config.hidden_size, kv, Recipe::qkv_bias, under(visit, "v_proj"));
    Linear<B, T>::weights(self.o_proj, q, config.hidden_size, false, under(visit, "o_proj"));
    if constexpr (Recipe::qk_norm) {
      RMSNorm<B, T>::weights(self.q_norm, config.head_dim, under(visit, "q_norm"));
      RMSNorm<B, T>::weights(self.k_norm, config.head_dim, under(visit, "k_norm"));
    }
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, In<B, T, 2> cosine, In<B, T, 2> sine,
               View<const Segment, 1, Space> segments, View<T, 3, Space> keys, View<T, 3, Space> values,
               Out<B, T, 2> out, Observer observe = {}) const {
    const auto scope = workspace.scope();
    const std::int64_t tokens = x.shape[0];
    expect(head_dim > 0 && q_proj.out() % head_dim == 0 && k_proj.out() % head_dim == 0, "Attention",
           "head_dim does not divide what q_proj and k_proj give", "configure() sets it");
    auto q = workspace.template take<T>({tokens, q_proj.out()});  // [tokens, heads·head_dim]
    auto k = workspace.template take<T>({tokens, k_proj.out()});  // [tokens, kv_heads·head_dim]
    auto v = workspace.template take<T>({tokens, v_proj.out()});  // [tokens, kv_heads·head_dim]
    q_proj.forward(on, x, q);
    k_proj.forward(on, x, k);
    v_proj.forward(on, x, v);

    if constexpr (Recipe::qk_norm) {
      q_norm.forward(on, heads_as_rows(q), heads_as_rows(q));
      k_norm.forward(on, heads_as_rows(k), heads_as_rows(k));
      observe("q_norm", heads(q));
      observe("k_norm", heads(k));
    }
    if constexpr (recipe_pairs_neighbours<Recipe>()) {
      rotate_adjacent(on, cosine, sine, heads(q));
      rotate_adjacent(on, cosine, sine, heads(k));
    } else {
      rotate(on, cosine, sine, heads(q));
      rotate(on, cosine, sine, heads(k));
    }
    if constexpr (!std::is_same_v<QueryScale, NoQueryScale>)
      scale_queries(on, query_scale, segments, heads(q));
    append(on, segments, heads(k), keys);
    append(on, segments, heads(v), values);

    const float scale = 1.0f / std::sqrt(static_cast<float>(head_dim));
    attend(on, typename Recipe::Mask{}, segments, heads(q), keys, values, scale, heads(q));
    o_proj.forward(on, q, out);
  }

 private:
  /// [tokens, heads·head_dim] → [tokens, heads, head_dim]
  auto heads(Out<B, T, 2> x) const { return split_last(x, x.shape[1] / head_dim, head_dim); }
  /// [tokens, heads·head_dim] → [tokens·heads, head_dim]
  auto heads_as_rows(Out<B, T, 2> x) const { return reshape(x, {x.size() / head_dim, head_dim}); }
};

}  // namespace qwen3vl
