#pragma once

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/cuda.cuh>
#include <qwen3vl/ops/rms_norm.hpp>

namespace qwen3vl {

/// A team of threads a row, two passes over it; the second finds the row in the L1 cache.
///
///   grid   [⌈tokens / teams⌉]     block  256 threads: eight teams of a warp (heads), or one team (rows)
///   thread i of a team owns channels i, i + Threads, i + 2·Threads, …
///   bound  memory: reads x, writes out
template <int Threads, class T>
__global__ void rms_norm_kernel(View<const T, 2, Device> x, View<const T, 1, Device> weight, float eps,
                                View<T, 2, Device> out) {
  const std::int64_t t = std::int64_t(blockIdx.x) * (blockDim.x / Threads) + threadIdx.x / Threads;
  const std::int64_t channels = t < x.shape[0] ? x.shape[1] : 0;  // nothing to do, but the team is complete
  const T* const row = x.data + t * x.stride[0];
  T* const to = out.data + t * out.stride[0];

  float sum = 0;
  for (std::int64_t c = threadIdx.x % Threads; c < channels; c += Threads) {
    const float value = float(row[c]);
    sum += value * value;
  }
  const float scale = 1 / sqrtf(team_sum<Threads>(sum) / float(channels) + eps);
  for (std::int64_t c = threadIdx.x % Threads; c < channels; c += Threads)
    to[c] = T(float(weight.data[c]) * float(T(float(row[c]) * scale)));
}

template <> struct RMSNormKernel<Cuda> {
  static constexpr int threads = 256;
  static constexpr std::int64_t narrow = 512;  // channels for which a warp is enough

  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const T, 1, Device> weight, float eps,
                  View<T, 2, Device> out) {
    const std::int64_t rows = x.shape[0], teams = threads / warp_threads;
    if (x.shape[1] <= narrow)
      cuda.launch("rms_norm", rms_norm_kernel<warp_threads, T>, unsigned((rows + teams - 1) / teams), threads,
                  0, x, weight, eps, out);
    else
      cuda.launch("rms_norm", rms_norm_kernel<threads, T>, unsigned(rows), threads, 0, x, weight, eps, out);
  }
};

}  // namespace qwen3vl
