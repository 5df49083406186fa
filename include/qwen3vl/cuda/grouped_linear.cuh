#pragma once

#include <type_traits>

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/grouped_tiles.cuh>
#include <qwen3vl/cuda/vectors.cuh>
#include <qwen3vl/ops/grouped_linear.hpp>

namespace qwen3vl {

/// The products of up to `Tokens` rows of x with one row of a weight, which a warp reads once. Every lane gets
/// the sums.
///
///   lane i owns inputs 8i … 8i + 7 of every 256 (of floats four); with `wide` they are loaded in one piece
template <int Tokens, class T>
__device__ void multiply_rows(const T* from, std::int64_t stride, int tokens, const T* row,
                              std::int64_t inputs, bool wide, float (&sum)[Tokens]) {
  const int lane = threadIdx.x % warp_threads;
  for (int t = 0; t < Tokens; ++t) sum[t] = 0;
  std::int64_t done = 0;
  if (wide) {
    constexpr int run = Sixteen<T>::count;
    for (std::int64_t i = lane * run; i + run <= inputs; i += warp_threads * run) {
      const Sixteen<T> w = load_sixteen(row + i);
      for (int t = 0; t < Tokens; ++t) {
        if (t >= tokens) break;
        const Sixteen<T> v = load_sixteen(from + t * stride + i);
        for (int j = 0; j < run; ++j) sum[t] += float(w.at[j]) * float(v.at[j]);
      }
    }
    done = inputs / run * run;
  }
  for (std::int64_t i = done + lane; i < inputs; i += warp_threads)
    for (int t = 0; t < Tokens; ++t) {
      if (t >= tokens) break;
      sum[t] += float(row[i]) * float(from[t * stride + i]);
    }
  for (int t = 0; t < Tokens; ++t) {
    if (t >= tokens) break;
    sum[t] = warp_sum(sum[t]);
  }
}

/// A warp an output of an expert, for up to `Rows` of its rows. Only the weights of experts that have rows are read.
///
///   grid   [tiles of `Rows` rows · ⌈outputs / 8⌉]     block  256 threads, eight warps
///   bound  memory: reads the weights
template <int Rows, class T>
__global__ void grouped_rows_kernel(View<const T, 2, Device> x, View<const T, 3, Device> weight,
                                    View<const int, 1, Device> begin, bool wide, View<T, 2, Device> out) {
  const int warps = blockDim.x / warp_threads;
  const std::int64_t blocks = (out.shape[1] + warps - 1) / warps;  // of a tile
  const std::int64_t o = blockIdx.x % blocks * warps + threadIdx.x / warp_threads;
  const GroupTile tile = find_group_tile(begin, x.shape[0], blockIdx.x / blocks, Rows);
  if (tile.rows == 0 || o >= out.shape[1]) return;
  float sum[Rows];
  multiply_rows(x.data + tile.first * x.stride[0], x.stride[0], tile.rows,
                weight.data + tile.expert * weight.stride[0] + o * weight.stride[1], x.shape[1], wide, sum);
  for (int r = 0; r < Rows; ++r)
    if (r < tile.rows && threadIdx.x % warp_threads == 0) out(tile.first + r, o) = T(sum[r]);
}

/// Which kernel multiplies goes by the number of rows and experts, which the host knows:
///
///   few rows an expert (decode)   grouped_rows_kernel     four rows at a time
///   many, bf16 or f16             grouped_tiles.cuh       tensor cores
///   many, f32                     grouped_rows_kernel     sixteen at a time
template <> struct GroupedLinearKernel<Cuda> {
  static constexpr std::int64_t few = 4;  // rows an expert, on average

  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const T, 3, Device> weight,
                  View<const int, 1, Device> begin, View<T, 2, Device> out) {
    const std::int64_t rows = x.shape[0], experts = weight.shape[0];
    check_groups(cuda, "grouped_linear", begin, rows);
    if (out.size() == 0 || experts == 0) return;
    expect(rows <= 1 << 30, "grouped_linear", "too many rows");
    const bool wide = loads_sixteen(x.data, x.stride[0]) && loads_sixteen(weight.data, weight.stride[0]) &&
                      loads_sixteen(weight.data, weight.stride[1]);
    const auto launch = [&](auto kernel, int tile, int outputs, int threads, auto... more) {
      const std::int64_t blocks =
          most_group_tiles(rows, experts, tile) * ((out.shape[1] + outputs - 1) / outputs);
      expect(blocks <= 0x7fffffff, "grouped_linear", "too many rows and outputs");
      cuda.launch("grouped_linear", kernel, unsigned(blocks), threads, 0, x, weight, begin, more..., out);
    };
    constexpr int threads = 256, warps = threads / warp_threads;
    if (rows <= few * experts) return launch(grouped_rows_kernel<few, T>, few, warps, threads, wide);
    if constexpr (std::is_same_v<T, float>)
      launch(grouped_rows_kernel<16, T>, 16, warps, threads, wide);
    else if (wide && x.shape[1] % Sixteen<T>::count == 0)
      launch(grouped_tiles_kernel<true, T>, grouped_rows, grouped_outputs, grouped_threads);
    else
      launch(grouped_tiles_kernel<false, T>, grouped_rows, grouped_outputs, grouped_threads);
  }
};

}  // namespace qwen3vl
