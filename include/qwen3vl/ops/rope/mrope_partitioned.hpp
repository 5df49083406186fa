#pragma once

#include <qwen3vl/ops/rope/standard.hpp>

namespace qwen3vl {

/// Article variant, of no released model: "interleaved" M-RoPE as some articles describe it. The head is cut into
/// three runs, one an axis, of head_dim/3 elements each (even, the rest is w's), and neighbours are pairs:
///
///   pair   0 … d_t/2 − 1     … d_t/2 + d_h/2 − 1     … head_dim/2 − 1          d_t = d_h ≈ d_w ≈ head_dim/3
///   axis        t                     h                      w
///
/// A reading answers one question, *how fast does pair j of an axis turn?* theta is 10000.
///
///   PartitionByFormula   theta^(−(o + 2j)/d_axis), o = 0, d_t, d_t + d_h    as printed: time is the fastest
///   PartitionByText      one ladder theta^(−2i/head_dim): w has its fastest third, then h, then t    as described
struct PartitionByFormula {
  QWEN3VL_HD static float frequency(int before, int width, int, int j) {
    return 1.0f / powf(10000.0f, static_cast<float>(before + 2 * j) / static_cast<float>(width));
  }
};
struct PartitionByText {
  QWEN3VL_HD static float frequency(int before, int width, int head_dim, int j) {
    const int after = head_dim - before - width;  // elements of the axes behind this one
    return rope_frequency(10000.0f, after / 2 + j, head_dim);
  }
};

template <class Reading> struct MRoPEPartitioned {
  static constexpr bool adjacent_pairs = true;
  int head_dim;

  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD int width_t() const { return head_dim / 3 / 2 * 2; }  // and of h
  QWEN3VL_HD float angle(Position at, int pair) const {
    const int width = width_t(), first = 2 * pair;
    if (first < width) return static_cast<float>(at.t) * Reading::frequency(0, width, head_dim, pair);
    if (first < 2 * width)
      return static_cast<float>(at.h) * Reading::frequency(width, width, head_dim, pair - width / 2);
    return static_cast<float>(at.w) *
           Reading::frequency(2 * width, head_dim - 2 * width, head_dim, pair - width);
  }
};
static_assert(RoPE<MRoPEPartitioned<PartitionByFormula>> && RoPE<MRoPEPartitioned<PartitionByText>>);

}  // namespace qwen3vl
