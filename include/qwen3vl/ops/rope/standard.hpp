#pragma once

#include <cmath>

#include <qwen3vl/ops/rope/rope.hpp>

namespace qwen3vl {

/// The frequency ladder that every RoPE here climbs: theta^(−2i/width) [radians a position]. The
/// quotient is formed as the reference forms it, so that far positions keep their last bits. The power is
/// taken in double: a device's powf is four ulp off, which at position 200 000 is a hundredth of a radian.
QWEN3VL_HD inline float rope_frequency(float theta, int pair, int width) {
  const float exponent = static_cast<float>(2 * pair) / static_cast<float>(width);
  return 1.0f / static_cast<float>(pow(static_cast<double>(theta), static_cast<double>(exponent)));
}

/// RoPE on one axis (Su et al. 2021, §3.2.2): angle = t · theta^(−2i/head_dim).
struct StandardRoPE {
  int head_dim;
  float theta;  // rope_theta

  template <class Config> static StandardRoPE from(const Config& config) {
    return {config.head_dim, static_cast<float>(config.rope_theta)};
  }
  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD float angle(Position at, int pair) const {
    return static_cast<float>(at.t) * rope_frequency(theta, pair, head_dim);
  }
};
static_assert(RoPE<StandardRoPE>);

}  // namespace qwen3vl
