#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include <qwen3vl/cuda/cuda.cuh>
#include <qwen3vl/cuda/vectors.cuh>

/// How kernels that treat a matrix element by element are cut, for the memory's bandwidth:
///
///   grid   [rows, ⌈runs / threads⌉]     a run is N neighbours of a row, sixteen bytes where the rows allow it
///   block  as many threads as a row has runs, in whole warps, 256 at most; a thread a run
///
/// Sixteen bytes a thread are 32 KB a multiprocessor on their way, more than the memory's latency wants. Where rows
/// are not aligned, or their length is no multiple, a run is one element.
namespace qwen3vl {

inline constexpr int most_run_threads = 256;

struct RunGrid {
  dim3 blocks;
  int threads;
};
inline RunGrid run_grid(std::int64_t rows, std::int64_t columns, int n) {
  const std::int64_t runs = columns / n,
                     threads = std::clamp<std::int64_t>((runs + 31) / 32 * 32, 32, most_run_threads);
  const std::int64_t blocks = std::min<std::int64_t>((runs + threads - 1) / threads, 65535);
  return {dim3(unsigned(rows), unsigned(blocks)), static_cast<int>(threads)};
}

/// f(row, the first of N columns) for the run that this thread owns; for the next ones, too, where a row has more
/// blocks than a grid.
template <int N, class F> __device__ void for_own_run(std::int64_t columns, F f) {
  const std::int64_t step = std::int64_t(gridDim.y) * blockDim.x * N;
  for (std::int64_t c = (std::int64_t(blockIdx.y) * blockDim.x + threadIdx.x) * N; c < columns; c += step)
    f(std::int64_t(blockIdx.x), c);
}

/// f(N) with the longest run of 16 / sizeof(T) elements or of one that all these rows have.
template <class T, class F, class... Views> void with_longest_run(F f, const Views&... views) {
  constexpr int n = Sixteen<T>::count;
  if ((has_runs<n>(views) && ...))
    f(std::integral_constant<int, n>{});
  else
    f(std::integral_constant<int, 1>{});
}

/// Runs of a row that a thread keeps in registers, where a row is treated as a whole.
inline constexpr int norm_runs = 2;

/// The same one by one, for what is short:
///
///   grid   [rows, ⌈columns / 1024⌉]     block  256 threads; a block owns 1024 columns of one row
///   thread i owns columns i, i + 256, i + 512, i + 768 of them
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
