#pragma once

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/patch_positions.hpp>
#include <qwen3vl/ops/position_embedding.hpp>
#include <qwen3vl/ops/window_order.hpp>

/// The ops that only the vision tower needs.
namespace qwen3vl {

template <> struct PatchPositionsKernel<Cpu> {
  static void positions(Cpu&, Grid grid, int merge, View<Position, 1> positions) {
    for (std::int64_t n = 0; n < positions.shape[0]; ++n) positions(n) = patch_position(grid, merge, n);
  }
  static void segments(Cpu&, Grid grid, int first, View<Segment, 1> segments) {
    for (int k = 0; k < grid.t; ++k) segments(k) = frame_segment(grid, first, k);
  }
};

template <> struct WindowOrderKernel<Cpu> {
  static void order(Cpu&, Grid grid, int merge, int side, int first_cell, View<int, 1> cell,
                    View<int, 1> place) {
    const WindowGrid windows = window_grid(grid, merge, side);
    for (int n = 0; n < cell.shape[0]; ++n) {
      const int before = n / windows.cells() * windows.cells();  // cells of the frames before
      cell(n) = first_cell + before + window_cell(windows, n - before);
      place(n) = first_cell + before + window_place(windows, n - before);
    }
  }
  static void segments(Cpu&, Grid grid, int merge, int side, int first, View<Segment, 1> segments) {
    for (int k = 0; k < segments.shape[0]; ++k) segments(k) = window_segment(grid, merge, side, first, k);
  }
};

/// One patch a task: four rows of the table are read, one of x is updated.
template <> struct PositionEmbeddingKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> table, int side, Grid grid, int merge, View<T, 2> x) {
    cpu.parallel_ranges(x.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t n = begin; n < end; ++n) {
        const Position at = patch_position(grid, merge, n);
        const TableTap row = table_tap(at.h, grid.h, side), column = table_tap(at.w, grid.w, side);
        const float weight[4] = {(1 - row.fraction) * (1 - column.fraction),
                                 (1 - row.fraction) * column.fraction, row.fraction * (1 - column.fraction),
                                 row.fraction * column.fraction};
        const T* const tap[4] = {
            &table(row.low * side + column.low, 0), &table(row.low * side + column.high, 0),
            &table(row.high * side + column.low, 0), &table(row.high * side + column.high, 0)};
        T* const to = x.data + n * x.stride[0];
        for (std::int64_t c = 0; c < x.shape[1]; ++c) {
          const float sum = weight[0] * float(tap[0][c]) + weight[1] * float(tap[1][c]) +
                            weight[2] * float(tap[2][c]) + weight[3] * float(tap[3][c]);
          to[c] = T(float(to[c]) + float(T(sum)));
        }
      }
    });
  }
};

}  // namespace qwen3vl
