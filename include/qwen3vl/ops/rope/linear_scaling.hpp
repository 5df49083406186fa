#pragma once

#include <qwen3vl/ops/rope/rope.hpp>

namespace qwen3vl {

/// Position interpolation (Chen et al. 2023, eq. 2 and 3) over any RoPE: every position is divided by `factor`.
///
///   angle(p, i) = rope.angle(p, i) / factor
template <RoPE R> struct LinearScaling {
  R rope;
  float factor;

  template <class Config> static LinearScaling from(const Config& config) {
    return {make_rope<R>(config), static_cast<float>(config.rope_scaling.factor)};
  }
  QWEN3VL_HD int pairs() const { return rope.pairs(); }
  QWEN3VL_HD float angle(Position at, int pair) const { return rope.angle(at, pair) / factor; }
};

}  // namespace qwen3vl
