#pragma once

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/rms_norm.hpp>

namespace qwen3vl {

/// A team of threads a row, which stays in their registers; the weight is fetched while the squares are summed.
///
///   grid   [⌈tokens / teams⌉]     block  eight teams of a warp (heads), or one team of 256 or 512 (rows)
///   thread i of a team owns runs i and i + Threads of N neighbours
///   bound  memory: reads x, writes out
template <int Threads, int N, class T>
__global__ void rms_norm_kernel(View<const T, 2, Device> x, View<const T, 1, Device> weight, float eps,
                                View<T, 2, Device> out) {
  after_earlier();
  constexpr int runs = norm_runs;
  const std::int64_t t = std::int64_t(blockIdx.x) * (blockDim.x / Threads) + threadIdx.x / Threads;
  const int channels = t < x.shape[0] ? int(x.shape[1]) : 0;  // nothing to do, but the team is complete
  const int first = threadIdx.x % Threads * N;
  const T* const row = x.data + t * x.stride[0];
  T* const to = out.data + t * out.stride[0];

  Floats<N> number[runs] = {}, factor[runs] = {};
#pragma unroll
  for (int r = 0; r < runs; ++r) {
    const int c = first + r * Threads * N;
    if (c < channels) number[r] = load_floats<N>(row + c);
  }
#pragma unroll
  for (int r = 0; r < runs; ++r) {
    const int c = first + r * Threads * N;
    if (c < channels) factor[r] = load_floats<N>(weight.data + c);
  }
  float sum = 0;
#pragma unroll
  for (int r = 0; r < runs; ++r)
#pragma unroll
    for (int j = 0; j < N; ++j) sum += number[r].at[j] * number[r].at[j];
  const float scale = 1 / sqrtf(team_sum<Threads>(sum) / float(channels) + eps);
#pragma unroll
  for (int r = 0; r < runs; ++r) {
    const int c = first + r * Threads * N;
    if (c >= channels) continue;
#pragma unroll
    for (int j = 0; j < N; ++j) number[r].at[j] = factor[r].at[j] * rounded_to<T>(number[r].at[j] * scale);
    store_rounded(to + c, number[r]);
  }
}

/// Rows of any length and alignment: two passes over a row, the second finds it in the L1 cache.
///
///   grid   [tokens]     block  256 threads; thread i owns channels i, i + 256, i + 512, …
template <int Threads, class T>
__global__ void rms_norm_any_kernel(View<const T, 2, Device> x, View<const T, 1, Device> weight, float eps,
                                    View<T, 2, Device> out) {
  after_earlier();
  const std::int64_t channels = x.shape[1];
  const T* const row = x.data + blockIdx.x * x.stride[0];
  T* const to = out.data + blockIdx.x * out.stride[0];
  float sum = 0;
  for (std::int64_t c = threadIdx.x; c < channels; c += Threads) sum += float(row[c]) * float(row[c]);
  const float scale = 1 / sqrtf(team_sum<Threads>(sum) / float(channels) + eps);
  for (std::int64_t c = threadIdx.x; c < channels; c += Threads)
    to[c] = T(float(weight.data[c]) * float(T(float(row[c]) * scale)));
}

template <> struct RMSNormKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const T, 1, Device> weight, float eps,
                  View<T, 2, Device> out) {
    constexpr int wide = Sixteen<T>::count, narrow = 4, threads = 256, teams = threads / warp_threads;
    const std::int64_t rows = x.shape[0], channels = x.shape[1];
    const auto launch = [&](auto kernel, std::int64_t blocks, int block) {
      cuda.launch_early("rms_norm", kernel, unsigned(blocks), block, 0, x, weight, eps, out);
    };
    const bool in_quads = has_runs<narrow>(x) && has_runs<narrow>(weight) && has_runs<narrow>(out),
               in_runs = has_runs<wide>(x) && has_runs<wide>(weight) && has_runs<wide>(out);
    if (in_quads && channels <= norm_runs * warp_threads * narrow)
      launch(rms_norm_kernel<warp_threads, narrow, T>, (rows + teams - 1) / teams, threads);
    else if (in_runs && channels <= norm_runs * threads * wide)
      launch(rms_norm_kernel<threads, wide, T>, rows, threads);
    else if (in_runs && channels <= norm_runs * 2 * threads * wide)
      launch(rms_norm_kernel<2 * threads, wide, T>, rows, 2 * threads);
    else
      launch(rms_norm_any_kernel<threads, T>, rows, threads);
  }
};

}  // namespace qwen3vl
