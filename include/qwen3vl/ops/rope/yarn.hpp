#pragma once

#include <algorithm>
#include <cmath>

#include <qwen3vl/ops/rope/rope.hpp>

namespace qwen3vl {

/// YaRN (Peng et al. 2023, §3.2 and 3.4) over any RoPE: pairs that turn often within the original length M
/// keep their frequency, those that turn seldom are slowed down `factor` times, a ramp lies between:
///
///   angle(p, i) = rope.angle(p, i) · (1 − r[i] + r[i] / factor),   r[i] = clamp((i − low) / (high − low), 0, 1)
///   low = c(beta_fast), high = c(beta_slow),   c(n) = d · ln(M / (2πn)) / (2 · ln theta)          d = head_dim
///
/// low and high are rounded outwards to whole pairs and kept within 0 … d − 1. scaling() multiplies
/// cosines and sines of q and of k, so that scores grow by its square. Nothing depends on the length read.
template <RoPE R> struct YaRN {
  R rope;
  float factor;     // the slowest pairs' positions are divided by this
  float low, high;  // in pairs
  float attention_factor;

  template <class Config> static YaRN from(const Config& config) {
    const auto& scaling = config.rope_scaling;
    const double d = config.head_dim, pi = 3.14159265358979323846;
    const auto pair_turning = [&](double times) {
      return d * std::log(scaling.original_max_position_embeddings / (2 * pi * times)) /
             (2 * std::log(static_cast<double>(config.rope_theta)));
    };
    double low = pair_turning(scaling.beta_fast), high = pair_turning(scaling.beta_slow);
    if (scaling.truncate) low = std::floor(low), high = std::ceil(high);
    low = std::max(low, 0.0), high = std::min(high, d - 1);
    if (low == high) high += 0.001;
    return {make_rope<R>(config), static_cast<float>(scaling.factor), static_cast<float>(low),
            static_cast<float>(high), static_cast<float>(scaling.attention_factor)};
  }
  QWEN3VL_HD int pairs() const { return rope.pairs(); }
  QWEN3VL_HD float angle(Position at, int pair) const {
    const float ramp = (static_cast<float>(pair) - low) / (high - low);
    const float slowed = ramp < 0 ? 0.0f : ramp > 1 ? 1.0f : ramp;
    return rope.angle(at, pair) * (1 - slowed + slowed / factor);
  }
  QWEN3VL_HD float scaling() const { return attention_factor; }
};

}  // namespace qwen3vl
