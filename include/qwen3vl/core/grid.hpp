#pragma once

#include <cstdint>

#include <qwen3vl/core/annotations.hpp>

namespace qwen3vl {

/// `grid_thw` of one image or video: how many patches in time, height and width, before merging.
/// height and width are multiples of spatial_merge_size; an image has t = 1.
struct Grid {
  int t, h, w;

  QWEN3VL_HD constexpr std::int64_t patches() const { return std::int64_t(t) * h * w; }
  /// What the decoder sees: merge × merge patches become one token.
  QWEN3VL_HD constexpr std::int64_t tokens(int merge) const { return patches() / (merge * merge); }
  friend constexpr bool operator==(const Grid&, const Grid&) = default;
};

/// Where a token sits in the time × height × width grid. Text tokens have t = h = w.
struct Position {
  int t, h, w;
  friend constexpr bool operator==(const Position&, const Position&) = default;
};

}  // namespace qwen3vl
