#pragma once

#include <qwen3vl/cuda/vision.cuh>
#include <qwen3vl/ops/window_order.hpp>

namespace qwen3vl {

/// What stands at place n of the grid's list of cells, and where its cell n stands.
struct WindowCellEntry {
  WindowGrid windows;
  int first_cell;
  __device__ int operator()(std::int64_t n) const {
    const int at = static_cast<int>(n), before = at / windows.cells() * windows.cells();  // of earlier frames
    return first_cell + before + window_cell(windows, at - before);
  }
};
struct WindowPlaceEntry {
  WindowGrid windows;
  int first_cell;
  __device__ int operator()(std::int64_t n) const {
    const int at = static_cast<int>(n), before = at / windows.cells() * windows.cells();
    return first_cell + before + window_place(windows, at - before);
  }
};
struct WindowSegmentEntry {
  Grid grid;
  int merge, side, first;
  __device__ Segment operator()(std::int64_t k) const {
    return window_segment(grid, merge, side, first, static_cast<int>(k));
  }
};

/// An entry a thread.
template <> struct WindowOrderKernel<Cuda> {
  static void order(Cuda& cuda, Grid grid, int merge, int side, int first_cell, View<int, 1, Device> cell,
                    View<int, 1, Device> place) {
    const WindowGrid windows = window_grid(grid, merge, side);
    fill(cuda, "window_order", WindowCellEntry{windows, first_cell}, cell);
    fill(cuda, "window_order", WindowPlaceEntry{windows, first_cell}, place);
  }
  static void segments(Cuda& cuda, Grid grid, int merge, int side, int first,
                       View<Segment, 1, Device> segments) {
    fill(cuda, "window_segments", WindowSegmentEntry{grid, merge, side, first}, segments);
  }

 private:
  template <class Entry, class T>
  static void fill(Cuda& cuda, const char* op, Entry entry, View<T, 1, Device> list) {
    constexpr int threads = 256;
    cuda.launch(op, fill_list_kernel<Entry, T>, unsigned((list.shape[0] + threads - 1) / threads), threads, 0,
                entry, list);
  }
};

}  // namespace qwen3vl
