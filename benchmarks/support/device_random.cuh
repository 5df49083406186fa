#pragma once

#include <algorithm>
#include <cstdint>

#include <qwen3vl/cuda/cuda.cuh>

#include "../../examples/qwen3vl/random_weights.hpp"

/// Random numbers made where they are wanted: on the device.
namespace qwen3vl::bench {

/// A number a thread, in strides of the grid.
template <class T>
__global__ void fill_random_kernel(program::RandomWeights numbers, T* to, std::int64_t count) {
  const std::int64_t step = std::int64_t(gridDim.x) * blockDim.x;
  for (std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += step)
    to[i] = numbers.at<T>(i);
}

/// The same numbers as RandomWeights::fill() on the host.
template <class T>
void fill_random(Cuda& cuda, const program::RandomWeights& numbers, T* to, std::int64_t count) {
  constexpr int threads = 256;
  const std::int64_t blocks = std::min<std::int64_t>((count + 4 * threads - 1) / (4 * threads), 1 << 20);
  cuda.launch("fill_random", fill_random_kernel<T>, unsigned(blocks), threads, 0, numbers, to, count);
}

}  // namespace qwen3vl::bench
