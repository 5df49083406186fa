#pragma once

#include <qwen3vl/ops/rope/standard.hpp>

namespace qwen3vl {

/// RoPE of a vision tower: the first half of the pairs turns by the patch's row, the second by its
/// column, each on a ladder of its own.
///
///   pair    0 … head_dim/4 − 1         head_dim/4 … head_dim/2 − 1
///   angle   h · theta^(−2i/(d/2))      w · theta^(−2(i − d/4)/(d/2))          d = head_dim
///
/// head_dim 64, 72 or 80 in the released towers: 72 is no power of two.
struct Axial2D {
  int head_dim;
  float theta = 10000.0f;

  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD float angle(Position at, int pair) const {
    const int quarter = head_dim / 4;
    return pair < quarter ? static_cast<float>(at.h) * rope_frequency(theta, pair, head_dim / 2)
                          : static_cast<float>(at.w) * rope_frequency(theta, pair - quarter, head_dim / 2);
  }
};
static_assert(RoPE<Axial2D>);

}  // namespace qwen3vl
