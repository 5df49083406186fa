#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/mask/mask.hpp>
#include <qwen3vl/ops/patch_order.hpp>

/// Windows of a vision tower (Qwen2.5-VL, §2.1): attention stays within squares of side × side merged cells,
/// so cells are reordered window by window, rows of windows first, cells row by row; at the edges windows
/// are smaller, not padded. Each frame is cut on its own. With a grid of 12 × 10 patches, merge 2, side 4:
///
///   cell[]    0 1 2 3 5 6 7 8 10 11 12 13 15 16 17 18 | 4 9 14 19 | 20 21 22 23 25 26 27 28 | 24 29
///
///   window_order:     cell[n]  = which merged cell stands at place n        place[c] = where cell c stands
///   window_segments:  segments[k] = the patches of window k, merge² a cell
///
///   cell, place : [grid.tokens(merge)], counted from `first_cell`, the grid's first in the batch
///   segments : [windows(grid, merge, side)]
namespace qwen3vl {

/// The windows of one frame: columns and rows of cells, and how many windows these make.
struct WindowGrid {
  int rows, columns;  // of merged cells
  int side;           // of a window, in merged cells

  QWEN3VL_HD constexpr int cells() const { return rows * columns; }
  QWEN3VL_HD constexpr int down() const { return (rows + side - 1) / side; }
  QWEN3VL_HD constexpr int across() const { return (columns + side - 1) / side; }
  QWEN3VL_HD constexpr int height(int row) const {
    return row * side + side > rows ? rows - row * side : side;
  }
  QWEN3VL_HD constexpr int width(int column) const {
    return column * side + side > columns ? columns - column * side : side;
  }
  /// The place of the first cell of the window in this row and column of windows.
  QWEN3VL_HD constexpr int begin(int row, int column) const {
    return row * side * columns + column * side * height(row);
  }
};
QWEN3VL_HD constexpr WindowGrid window_grid(Grid grid, int merge, int side) {
  return {grid.h / merge, grid.w / merge, side};
}
QWEN3VL_HD constexpr std::int64_t windows(Grid grid, int merge, int side) {
  const WindowGrid w = window_grid(grid, merge, side);
  return std::int64_t(grid.t) * w.down() * w.across();
}

/// The cell of a frame that stands at place n of it.
QWEN3VL_HD constexpr int window_cell(WindowGrid w, int n) {
  const int row = n / (w.side * w.columns), in_row = n - row * w.side * w.columns;
  const int column = in_row / (w.side * w.height(row)), in_window = n - w.begin(row, column);
  return (row * w.side + in_window / w.width(column)) * w.columns + column * w.side +
         in_window % w.width(column);
}
/// Its inverse.
QWEN3VL_HD constexpr int window_place(WindowGrid w, int cell) {
  const int y = cell / w.columns, x = cell % w.columns, row = y / w.side, column = x / w.side;
  return w.begin(row, column) + y % w.side * w.width(column) + x % w.side;
}
/// Window k of a grid whose first patch is `first`.
QWEN3VL_HD constexpr Segment window_segment(Grid grid, int merge, int side, int first, int k) {
  const WindowGrid w = window_grid(grid, merge, side);
  const int frame = k / (w.down() * w.across()), in_frame = k % (w.down() * w.across());
  const int row = in_frame / w.across(), column = in_frame % w.across(), each = merge * merge;
  const int begin = first + (frame * w.cells() + w.begin(row, column)) * each;
  const int patches = w.height(row) * w.width(column) * each;
  return {begin, patches, begin, patches, 0};
}

template <class B>
struct WindowOrderKernel {  // specialised once per backend: cpu/vision.hpp, cuda/window_order.cuh
  static_assert(has_kernel<B>,
                "window_order has no kernel for this backend: include <qwen3vl/cpu/vision.hpp> or "
                "<qwen3vl/cuda/window_order.cuh>");
  static void order(auto&&...) {}
  static void segments(auto&&...) {}
};

template <Backend B>
void window_order(B& on, Grid grid, int merge, int side, int first_cell, Out<B, int, 1> cell,
                  Out<B, int, 1> place) {
  expect_blocks("window_order", grid, merge);
  expect(side > 0, "window_order", "a window has no cells");
  expect_shape("window_order", "cell", cell, {grid.tokens(merge)});
  expect_shape("window_order", "place", place, {grid.tokens(merge)});
  WindowOrderKernel<KernelsOf<B>>::order(on, grid, merge, side, first_cell, cell, place);
}

template <Backend B>
void window_segments(B& on, Grid grid, int merge, int side, int first, Out<B, Segment, 1> segments) {
  expect_blocks("window_segments", grid, merge);
  expect(side > 0, "window_segments", "a window has no cells");
  expect_shape("window_segments", "segments", segments, {windows(grid, merge, side)});
  WindowOrderKernel<KernelsOf<B>>::segments(on, grid, merge, side, first, segments);
}

}  // namespace qwen3vl
