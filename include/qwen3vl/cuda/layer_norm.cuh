#pragma once

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/layer_norm.hpp>

namespace qwen3vl {

/// A block a row, which stays in its registers: mean, deviations, result.
///
///   grid   [tokens]     block  256 or 512 threads; thread i owns runs i and i + Threads of N neighbours
///   bound  memory: reads x, writes out
template <int Threads, int N, class T>
__global__ void layer_norm_kernel(View<const T, 2, Device> x, View<const T, 1, Device> weight,
                                  View<const T, 1, Device> bias, float eps, View<T, 2, Device> out) {
  after_earlier();
  constexpr int runs = norm_runs;
  const int channels = static_cast<int>(x.shape[1]), first = threadIdx.x * N;
  const T* const row = x.data + blockIdx.x * x.stride[0];
  T* const to = out.data + blockIdx.x * out.stride[0];

  Floats<N> number[runs] = {};
#pragma unroll
  for (int r = 0; r < runs; ++r) {
    const int c = first + r * Threads * N;
    if (c < channels) number[r] = load_floats<N>(row + c);
  }
  float sum = 0;
#pragma unroll
  for (int r = 0; r < runs; ++r)
#pragma unroll
    for (int j = 0; j < N; ++j) sum += number[r].at[j];
  const float mean = team_sum<Threads>(sum) / float(channels);

  float squares = 0;
#pragma unroll
  for (int r = 0; r < runs; ++r) {
    if (first + r * Threads * N >= channels) continue;
#pragma unroll
    for (int j = 0; j < N; ++j) {
      number[r].at[j] -= mean;
      squares += number[r].at[j] * number[r].at[j];
    }
  }
  const float scale = 1 / sqrtf(team_sum<Threads>(squares) / float(channels) + eps);
#pragma unroll
  for (int r = 0; r < runs; ++r) {
    const int c = first + r * Threads * N;
    if (c >= channels) continue;
    const Floats<N> factor = load_floats<N>(weight.data + c), more = load_floats<N>(bias.data + c);
#pragma unroll
    for (int j = 0; j < N; ++j) number[r].at[j] = number[r].at[j] * scale * factor.at[j] + more.at[j];
    store_rounded(to + c, number[r]);
  }
}

/// Rows of any length and alignment: three passes over a row, of which the last two find it in the L1 cache.
///
///   grid   [tokens]     block  256 threads; thread i owns channels i, i + 256, i + 512, …
template <int Threads, class T>
__global__ void layer_norm_any_kernel(View<const T, 2, Device> x, View<const T, 1, Device> weight,
                                      View<const T, 1, Device> bias, float eps, View<T, 2, Device> out) {
  after_earlier();
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
    constexpr int threads = 256, wide = Sixteen<T>::count;
    const auto launch = [&](auto kernel, int block) {
      cuda.launch_early("layer_norm", kernel, unsigned(x.shape[0]), block, 0, x, weight, bias, eps, out);
    };
    const bool in_runs =
        has_runs<wide>(x) && has_runs<wide>(weight) && has_runs<wide>(bias) && has_runs<wide>(out);
    if (in_runs && x.shape[1] <= norm_runs * threads * wide)
      launch(layer_norm_kernel<threads, wide, T>, threads);
    else if (in_runs && x.shape[1] <= norm_runs * 2 * threads * wide)
      launch(layer_norm_kernel<2 * threads, wide, T>, 2 * threads);
    else
      launch(layer_norm_any_kernel<threads, T>, threads);
  }
};

}  // namespace qwen3vl
