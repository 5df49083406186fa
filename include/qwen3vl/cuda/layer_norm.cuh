#pragma once

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/cuda.cuh>
#include <qwen3vl/ops/layer_norm.hpp>

namespace qwen3vl {

/// A block a row; mean, deviations and result in three passes, of which the last two find the row in the
/// L1 cache.
///
///   grid   [tokens]     block  256 threads; thread i owns channels i, i + 256, i + 512, …
///   bound  memory: reads x, writes out
template <int Threads, class T>
__global__ void layer_norm_kernel(View<const T, 2, Device> x, View<const T, 1, Device> weight,
                                  View<const T, 1, Device> bias, float eps, View<T, 2, Device> out) {
  const std::int64_t channels = x.shape[1];
  const T* const row = x.data + blockIdx.x * x.stride[0];
  T* const to = out.data + blockIdx.x * out.stride[0];

  float sum = 0;
  for (std::int64_t c = threadIdx.x; c < channels; c += Threads) sum += float(row[c]);
  const float mean = team_sum<Threads>(sum) / float(channels);

  float squares = 0;
  for (std::int64_t c = threadIdx.x; c < channels; c += Threads) {
    const float deviation = float(row[c]) - mean;
    squares += deviation * deviation;
  }
  const float scale = 1 / sqrtf(team_sum<Threads>(squares) / float(channels) + eps);
  for (std::int64_t c = threadIdx.x; c < channels; c += Threads)
    to[c] = T((float(row[c]) - mean) * scale * float(weight.data[c]) + float(bias.data[c]));
}

template <> struct LayerNormKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const T, 1, Device> weight,
                  View<const T, 1, Device> bias, float eps, View<T, 2, Device> out) {
    constexpr int threads = 256;
    cuda.launch("layer_norm", layer_norm_kernel<threads, T>, unsigned(x.shape[0]), threads, 0, x, weight,
                bias, eps, out);
  }
};

}  // namespace qwen3vl
