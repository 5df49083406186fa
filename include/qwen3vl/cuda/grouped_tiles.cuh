#pragma once

#include <cstdint>

#include <qwen3vl/cuda/groups.cuh>
#include <qwen3vl/cuda/mma.cuh>
#include <qwen3vl/cuda/vectors.cuh>

/// The product of many rows with each expert's weight on the tensor cores:
///
///   grid   [tiles of 64 rows · ⌈outputs / 128⌉]; blocks of one tile of rows are neighbours
///   block  256 threads, eight warps of 32 rows × 32 outputs
///   shared 64 rows of x and 128 of the weight, 64 inputs of each; rows padded by 8 so that no two banks collide
///   bound  arithmetic; memory where an expert has few rows
///
/// While one piece of the inputs is multiplied, the next is on its way into registers. What lies beyond a group,
/// the outputs or the inputs counts as zeros. Sums are float and rounded once.
namespace qwen3vl {

inline constexpr int grouped_rows = 64, grouped_outputs = 128, grouped_depth = 64, grouped_threads = 256;

/// Sixteen bytes of a row from column c on, zeros where it has ended. `Wide`: they may be loaded in one piece, and no
/// row ends within such a piece.
template <bool Wide, class T>
__device__ Sixteen<T> load_or_zeros(const T* row, std::int64_t c, std::int64_t end) {
  Sixteen<T> numbers{};
  if constexpr (Wide) {
    if (c < end) numbers = load_sixteen(row + c);
  } else {
    for (int j = 0; j < Sixteen<T>::count; ++j)
      if (c + j < end) numbers.at[j] = row[c + j];
  }
  return numbers;
}

template <bool Wide, class T>
__global__ void __launch_bounds__(grouped_threads, 2)
    grouped_tiles_kernel(View<const T, 2, Device> x, View<const T, 3, Device> weight,
                         View<const int, 1, Device> begin, View<T, 2, Device> out) {
  static_assert(sizeof(T) == 2);
  constexpr int run = Sixteen<T>::count, runs = grouped_depth / run, stride = grouped_depth + run;
  constexpr int step = grouped_threads / runs;  // rows that the block loads at once
  __shared__ alignas(16) T x_tile[grouped_rows * stride];
  __shared__ alignas(16) T weight_tile[grouped_outputs * stride];

  const std::int64_t inputs = x.shape[1], outputs = out.shape[1];
  const std::int64_t output_tiles = (outputs + grouped_outputs - 1) / grouped_outputs;
  const std::int64_t first_output = blockIdx.x % output_tiles * grouped_outputs;
  const GroupTile tile = find_group_tile(begin, x.shape[0], blockIdx.x / output_tiles, grouped_rows);
  if (tile.rows == 0) return;

  // a thread loads eight inputs of every 32nd row
  const int own_row = static_cast<int>(threadIdx.x) / runs,
            own_column = static_cast<int>(threadIdx.x) % runs * run;
  const int left =
      outputs - first_output < grouped_outputs ? static_cast<int>(outputs - first_output) : grouped_outputs;
  const T* const x_rows = x.data + (tile.first + own_row) * x.stride[0];
  const T* const weight_rows =
      weight.data + tile.expert * weight.stride[0] + (first_output + own_row) * weight.stride[1];
  Sixteen<T> next_x[grouped_rows / step], next_weight[grouped_outputs / step];  // the piece that comes next
  const auto fetch = [&](std::int64_t first_input) {
#pragma unroll
    for (int i = 0; i < grouped_rows / step; ++i)
      next_x[i] = load_or_zeros<Wide>(x_rows + i * step * x.stride[0], first_input + own_column,
                                      own_row + i * step < tile.rows ? inputs : 0);
#pragma unroll
    for (int i = 0; i < grouped_outputs / step; ++i)
      next_weight[i] = load_or_zeros<Wide>(weight_rows + i * step * weight.stride[1],
                                           first_input + own_column, own_row + i * step < left ? inputs : 0);
  };
  const auto keep = [&] {
#pragma unroll
    for (int i = 0; i < grouped_rows / step; ++i)
      *reinterpret_cast<Sixteen<T>*>(x_tile + (own_row + i * step) * stride + own_column) = next_x[i];
#pragma unroll
    for (int i = 0; i < grouped_outputs / step; ++i)
      *reinterpret_cast<Sixteen<T>*>(weight_tile + (own_row + i * step) * stride + own_column) =
          next_weight[i];
  };

  const int lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads;
  const int warp_row = warp / 4 * 32, warp_output = warp % 4 * 32;  // of the tile
  const T* const a_row = x_tile + (warp_row + lane % 16) * stride + lane / 16 * 8;
  const T* const b_row = weight_tile + (warp_output + lane / 16 * 8 + lane % 8) * stride + lane / 8 % 2 * 8;

  float sum[2][4][4] = {};  // [16 rows, 8 outputs] each
  fetch(0);
  for (std::int64_t input = 0; input < inputs; input += grouped_depth) {
    __syncthreads();  // the last piece is done with
    keep();
    __syncthreads();
    if (input + grouped_depth < inputs) fetch(input + grouped_depth);
#pragma unroll
    for (int k = 0; k < grouped_depth; k += 16) {
      std::uint32_t a[2][4], b[2][4];  // b[n] : both halves of outputs 16n … 16n + 7, then of the next eight
#pragma unroll
      for (int m = 0; m < 2; ++m) load_matrices(a_row + m * 16 * stride + k, a[m]);
#pragma unroll
      for (int n = 0; n < 2; ++n) load_matrices(b_row + n * 16 * stride + k, b[n]);
#pragma unroll
      for (int m = 0; m < 2; ++m)
#pragma unroll
        for (int n = 0; n < 4; ++n) {
          const std::uint32_t column[2] = {b[n / 2][n % 2 * 2], b[n / 2][n % 2 * 2 + 1]};
          multiply_add<T>(a[m], column, sum[m][n]);
        }
    }
  }

#pragma unroll
  for (int m = 0; m < 2; ++m)
#pragma unroll
    for (int n = 0; n < 4; ++n)
#pragma unroll
      for (int j = 0; j < 4; ++j) {
        const int r = warp_row + m * 16 + j / 2 * 8 + lane / 4;
        const std::int64_t o = first_output + warp_output + n * 8 + lane % 4 * 2 + j % 2;
        if (r < tile.rows && o < outputs) out(tile.first + r, o) = T(sum[m][n][j]);
      }
}

}  // namespace qwen3vl
