#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <qwen3vl/ops/rope/rope.hpp>

namespace qwen3vl {

/// Dynamic NTK scaling over any RoPE: as soon as more than the original length M is read, theta grows with
/// the length L, so that the slowest pair turns as far as it did within M:
///
///   theta' = theta · alpha^(d/(d−2)),   so  angle(p, i) = rope.angle(p, i) · alpha^(−2i/(d−2))     d = head_dim
///   alpha  = factor · max(L, M) / M − (factor − 1)
///
/// at_length() is asked once a step. Keys that are in a cache already keep the angles of the length at
/// which they were read, as in the reference.
template <RoPE R> struct DynamicNTK {
  R rope;
  float factor, original_length;
  float alpha = 1;

  template <class Config> static DynamicNTK from(const Config& config) {
    return {make_rope<R>(config), static_cast<float>(config.rope_scaling.factor),
            static_cast<float>(config.rope_scaling.original_max_position_embeddings)};
  }
  DynamicNTK at_length(std::int64_t length) const {
    DynamicNTK now = *this;
    now.alpha =
        factor * std::max(static_cast<float>(length), original_length) / original_length - (factor - 1);
    return now;
  }
  QWEN3VL_HD int pairs() const { return rope.pairs(); }
  QWEN3VL_HD float angle(Position at, int pair) const {
    const float exponent = static_cast<float>(2 * pair) / static_cast<float>(2 * rope.pairs() - 2);
    return alpha == 1 ? rope.angle(at, pair) : rope.angle(at, pair) / powf(alpha, exponent);
  }
};

}  // namespace qwen3vl
