#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/patch_positions.hpp>
#include <qwen3vl/ops/position_embedding.hpp>

/// The ops that only the vision tower needs.
namespace qwen3vl {

/// An entry of a list a thread: list(i) = entry(i).
template <class Entry, class T> __global__ void fill_list_kernel(Entry entry, View<T, 1, Device> list) {
  after_earlier();
  const std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  if (i < list.shape[0]) list(i) = entry(i);
}

struct PatchPositionEntry {
  Grid grid;
  int merge;
  __device__ Position operator()(std::int64_t n) const { return patch_position(grid, merge, n); }
};
struct FrameSegmentEntry {
  Grid grid;
  int first;
  __device__ Segment operator()(std::int64_t k) const {
    return frame_segment(grid, first, static_cast<int>(k));
  }
};

template <> struct PatchPositionsKernel<Cuda> {
  static void positions(Cuda& cuda, Grid grid, int merge, View<Position, 1, Device> positions) {
    fill(cuda, "patch_positions", PatchPositionEntry{grid, merge}, positions);
  }
  static void segments(Cuda& cuda, Grid grid, int first, View<Segment, 1, Device> segments) {
    fill(cuda, "frame_segments", FrameSegmentEntry{grid, first}, segments);
  }

 private:
  template <class Entry, class T>
  static void fill(Cuda& cuda, const char* op, Entry entry, View<T, 1, Device> list) {
    constexpr int threads = 256;
    cuda.launch_early(op, fill_list_kernel<Entry, T>, unsigned((list.shape[0] + threads - 1) / threads),
                      threads, 0, entry, list);
  }
};

/// A run a thread (cuda/elements.cuh): four rows of the table are read, one of x is updated. Bound by memory.
template <int N, class T>
__global__ void position_embedding_kernel(View<const T, 2, Device> table, int side, Grid grid, int merge,
                                          View<T, 2, Device> x) {
  after_earlier();
  const Position at = patch_position(grid, merge, blockIdx.x);
  const TableTap row = table_tap(at.h, grid.h, side), column = table_tap(at.w, grid.w, side);
  const float weight[4] = {(1 - row.fraction) * (1 - column.fraction), (1 - row.fraction) * column.fraction,
                           row.fraction * (1 - column.fraction), row.fraction * column.fraction};
  const std::int64_t tap[4] = {row.low * side + column.low, row.low * side + column.high,
                               row.high * side + column.low, row.high * side + column.high};
  for_own_run<N>(x.shape[1], [&](std::int64_t n, std::int64_t c) {
    Floats<N> taps[4], number = load_floats<N>(&x(n, c));
#pragma unroll
    for (int k = 0; k < 4; ++k) taps[k] = load_floats<N>(&table(tap[k], c));
#pragma unroll
    for (int j = 0; j < N; ++j) {
      const float sum = weight[0] * taps[0].at[j] + weight[1] * taps[1].at[j] + weight[2] * taps[2].at[j] +
                        weight[3] * taps[3].at[j];
      number.at[j] += rounded_to<T>(sum);
    }
    store_rounded(&x(n, c), number);
  });
}

template <> struct PositionEmbeddingKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> table, int side, Grid grid, int merge,
                  View<T, 2, Device> x) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1], n);
      cuda.launch_early("add_position_embedding", position_embedding_kernel<n(), T>, blocks, threads, 0,
                        table, side, grid, merge, x);
    };
    with_longest_run<T>(launch, table, x);
  }
};

}  // namespace qwen3vl
