#pragma once

#include <cstdint>

#include <qwen3vl/cuda/cuda.cuh>

/// How kernels that treat a matrix element by element are cut:
///
///   grid   [rows, ⌈columns / 1024⌉]     block  256 threads; a block owns 1024 columns of one row
///   thread i owns columns i, i + 256, i + 512, i + 768 of them
namespace qwen3vl {

inline constexpr int element_threads = 256, elements_per_block = 4 * element_threads;

inline dim3 element_grid(std::int64_t rows, std::int64_t columns) {
  return {static_cast<unsigned>(rows),
          static_cast<unsigned>((columns + elements_per_block - 1) / elements_per_block)};
}

/// f(row, column) for the elements that this thread owns.
template <class F> __device__ void for_own_elements(std::int64_t columns, F f) {
  const std::int64_t row = blockIdx.x, begin = std::int64_t(blockIdx.y) * elements_per_block;
  const std::int64_t end = begin + elements_per_block < columns ? begin + elements_per_block : columns;
  for (std::int64_t c = begin + threadIdx.x; c < end; c += element_threads) f(row, c);
}

}  // namespace qwen3vl
