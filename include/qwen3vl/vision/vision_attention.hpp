#pragma once

#include <cmath>

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/ops/attend.hpp>
#include <qwen3vl/ops/rope/rope.hpp>
#include <qwen3vl/ops/rotate.hpp>

namespace qwen3vl {

/// Self-attention of a vision tower: one fused projection, RoPE in float, and segments (frames,
/// windows) that do not see each other.
///
///   [q | k | v] = x·Wqkvᵀ + b,   out = softmax(rope(q)·rope(k)ᵀ/√head_dim)·v · Wprojᵀ + b
///
///   x, out : [patches, channels]     cosine, sine : [patches, head_dim/2], float
template <Backend B, Element T, class Recipe> struct VisionAttention {
  using Space = typename B::Space;

  Linear<B, T> qkv;   // [3·channels, channels]: rows of q, then of k, then of v
  Linear<B, T> proj;  // [channels, channels]
  int num_heads = 0;

  static void weights(auto& self, int channels, auto&& visit) {
    Linear<B, T>::weights(self.qkv, channels, 3 * channels, true, under(visit, "qkv"));
    Linear<B, T>::weights(self.proj, channels, channels, true, under(visit, "proj"));
  }

  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, In<B, float, 2> cosine, In<B, float, 2> sine,
               View<const Segment, 1, Space> segments, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    expect(num_heads > 0 && x.shape[1] % num_heads == 0, "VisionAttention",
           "num_heads does not divide the channels", "set num_heads from vision_config");
    const std::int64_t channels = x.shape[1], head_dim = channels / num_heads;
    auto fused = workspace.template take<T>({x.shape[0], 3 * channels});         // [patches, 3·channels]
    auto mixed = workspace.template take<T>({x.shape[0], num_heads, head_dim});  // [patches, heads, head_dim]
    qkv.forward(on, x, fused);
    const auto q = part(fused, 0, head_dim), k = part(fused, 1, head_dim), v = part(fused, 2, head_dim);

    if constexpr (Recipe::rotates) {
      static_assert(!has_adjacent_pairs<typename Recipe::RoPE>(),
                    "a tower rotates the halves of a head: its recipe's RoPE has no adjacent_pairs");
      rotate(on, cosine, sine, q);
      rotate(on, cosine, sine, k);
    }
    attend(on, typename Recipe::Mask{}, segments, q, k, v, 1.0f / std::sqrt(static_cast<float>(head_dim)),
           mixed);
    proj.forward(on, reshape(mixed, {x.shape[0], channels}), out);
  }

 private:
  /// q, k or v of the fused projection, [patches, heads, head_dim].
  auto part(Out<B, T, 2> fused, int which, std::int64_t head_dim) const {
    const std::int64_t channels = num_heads * head_dim;
    auto view = split_last(columns(fused, which * (Recipe::qkv_per_head ? head_dim : channels), channels),
                           num_heads, head_dim);
    if constexpr (Recipe::qkv_per_head) view.stride[1] = 3 * head_dim;
    return view;
  }
};

}  // namespace qwen3vl
