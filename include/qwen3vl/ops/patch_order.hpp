#pragma once

#include <cstdint>

#include <qwen3vl/core/annotations.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/grid.hpp>

namespace qwen3vl {

/// Throws unless the grid can be cut into blocks of merge × merge.
inline void expect_blocks(const char* where, Grid grid, int merge) {
  expect(grid.t >= 0 && grid.h >= 0 && grid.w >= 0, where, "a side of the grid is below 0");
  expect(merge > 0 && grid.h % merge == 0 && grid.w % merge == 0, where,
         "the grid's height or width is no multiple of spatial_merge_size",
         "resize first; see media/smart_resize.hpp");
}

/// Merge-block order: the patches of one frame, block by block of merge × merge, so that the rows
/// which the merger joins lie one after another. Patch n of a frame with w columns of patches:
///
///   n = ((block_row · w/merge + block_column) · merge + row_in_block) · merge + column_in_block
///
/// Returned are h and w, its row and column; t is the frame. Grid 4 × 6, merge 2, begins
/// (0,0) (0,1) (1,0) (1,1) (0,2) (0,3) (1,2) (1,3) …
QWEN3VL_HD inline Position patch_position(Grid grid, int merge, std::int64_t n) {
  const int per_frame = grid.h * grid.w, wide = grid.w / merge;
  const int frame = static_cast<int>(n / per_frame), in_frame = static_cast<int>(n % per_frame);
  const int column_in_block = in_frame % merge, row_in_block = in_frame / merge % merge;
  const int block = in_frame / (merge * merge);
  return {frame, block / wide * merge + row_in_block, block % wide * merge + column_in_block};
}

}  // namespace qwen3vl
