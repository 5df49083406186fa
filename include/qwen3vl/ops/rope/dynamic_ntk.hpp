#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <qwen3vl/ops/rope/rope.hpp>

namespace qwen3vl {

/// The growth of theta is a policy of its own: alpha of a length.
struct LinearGrowth {
  static float alpha(float length, float original, float factor) {
    return factor * std::max(length, original) / original - (factor - 1);
  }
};
/// In steps, of Qwen-VL: alpha = 2^⌈log2(L/M) + 1⌉ − 1 for L > M, else 1. `factor` is not asked.
struct SteppedGrowth {
  static float alpha(float length, float original, float) {
    if (length <= original) return 1;
    return std::max(std::exp2(std::ceil(std::log2(length / original) + 1)) - 1, 1.0f);
  }
};

/// Dynamic NTK scaling over any RoPE: as soon as more than the original length M is read, theta grows with
/// the length L, so that the slowest pair turns as far as it did within M:
///
///   theta' = theta · alpha^(d/(d−2)),   so  angle(p, i) = rope.angle(p, i) · alpha^(−2i/(d−2))     d = head_dim
///   alpha  = factor · max(L, M) / M − (factor − 1)
///
/// at_length() is asked once a step. Keys that are in a cache already keep the angles of the length at
/// which they were read, as with transformers' type "dynamic". (The code that Qwen-VL was released with is said to keep
/// a prompt's alpha while it decodes; the two differ where an answer crosses a multiple of M.)
template <RoPE R, class Growth = LinearGrowth> struct DynamicNTK {
  R rope;
  float factor, original_length;
  float alpha = 1;

  template <class Config> static DynamicNTK from(const Config& config) {
    return {make_rope<R>(config), static_cast<float>(config.rope_scaling.factor),
            static_cast<float>(config.rope_scaling.original_max_position_embeddings)};
  }
  DynamicNTK at_length(std::int64_t length) const {
    DynamicNTK now = *this;
    now.alpha = Growth::alpha(static_cast<float>(length), original_length, factor);
    return now;
  }
  QWEN3VL_HD int pairs() const { return rope.pairs(); }
  QWEN3VL_HD float angle(Position at, int pair) const {
    const float exponent = static_cast<float>(2 * pair) / static_cast<float>(2 * rope.pairs() - 2);
    return alpha == 1 ? rope.angle(at, pair) : rope.angle(at, pair) / powf(alpha, exponent);
  }
};

}  // namespace qwen3vl
