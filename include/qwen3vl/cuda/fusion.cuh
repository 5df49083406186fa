#pragma once

#include <cmath>

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/mean_rows.hpp>
#include <qwen3vl/ops/mix_levels.hpp>
#include <qwen3vl/ops/sinusoidal.hpp>
#include <qwen3vl/ops/softmax.hpp>

/// The ops of the article variants and of the classical baseline, in plain kernels.
namespace qwen3vl {

inline constexpr int fusion_warps = 8;

/// grid [⌈channels / 32⌉], block 256 threads: a lane owns a channel, a warp every eighth row.
template <class T> __global__ void mean_rows_kernel(View<const T, 2, Device> x, View<T, 2, Device> out) {
  __shared__ float part[fusion_warps][warp_threads];
  const int lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads;
  const std::int64_t tokens = x.shape[0], c = std::int64_t(blockIdx.x) * warp_threads + lane;
  float sum = 0;
  if (c < x.shape[1])
    for (std::int64_t t = warp; t < tokens; t += fusion_warps) sum += float(x(t, c));
  part[warp][lane] = sum;
  __syncthreads();
  if (warp > 0 || c >= x.shape[1]) return;
  sum = 0;
  for (int w = 0; w < fusion_warps; ++w) sum += part[w][lane];
  out(0, c) = T(tokens > 0 ? sum / static_cast<float>(tokens) : 0.0f);
}

template <> struct MeanRowsKernel<Cuda> {
  template <Element T> static void run(Cuda& cuda, View<const T, 2, Device> x, View<T, 2, Device> out) {
    cuda.launch("mean_rows", mean_rows_kernel<T>, unsigned((x.shape[1] + warp_threads - 1) / warp_threads),
                fusion_warps * warp_threads, 0, x, out);
  }
};

/// grid [⌈tokens / 8⌉], block 256 threads: a warp a row, three passes over it.
template <class T> __global__ void softmax_kernel(View<const T, 2, Device> x, View<T, 2, Device> out) {
  const int lane = threadIdx.x % warp_threads;
  const std::int64_t t = std::int64_t(blockIdx.x) * fusion_warps + threadIdx.x / warp_threads;
  if (t >= x.shape[0]) return;
  float largest = -INFINITY, sum = 0;
  for (std::int64_t c = lane; c < x.shape[1]; c += warp_threads) largest = fmaxf(largest, float(x(t, c)));
  largest = warp_max(largest);
  for (std::int64_t c = lane; c < x.shape[1]; c += warp_threads) sum += expf(float(x(t, c)) - largest);
  sum = warp_sum(sum);
  for (std::int64_t c = lane; c < x.shape[1]; c += warp_threads)
    out(t, c) = T(expf(float(x(t, c)) - largest) / sum);
}

template <> struct SoftmaxKernel<Cuda> {
  template <Element T> static void run(Cuda& cuda, View<const T, 2, Device> x, View<T, 2, Device> out) {
    cuda.launch("softmax", softmax_kernel<T>, unsigned((x.shape[0] + fusion_warps - 1) / fusion_warps),
                fusion_warps * warp_threads, 0, x, out);
  }
};

/// Element by element (cuda/elements.cuh).
template <class T>
__global__ void mix_levels_kernel(View<const T, 3, Device> levels, View<const T, 2, Device> weight,
                                  View<T, 2, Device> out) {
  for_own_elements(out.shape[1], [=](std::int64_t t, std::int64_t c) {
    float sum = 0;
    for (std::int64_t i = 0; i < levels.shape[0]; ++i) sum += float(weight(0, i)) * float(levels(i, t, c));
    out(t, c) = T(sum);
  });
}

template <> struct MixLevelsKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 3, Device> levels, View<const T, 2, Device> weight,
                  View<T, 2, Device> out) {
    cuda.launch("mix_levels", mix_levels_kernel<T>, element_grid(out.shape[0], out.shape[1]), element_threads,
                0, levels, weight, out);
  }
};

/// Element by element (cuda/elements.cuh).
template <class T>
__global__ void sinusoidal_kernel(View<const Position, 1, Device> positions, View<T, 2, Device> x) {
  for_own_elements(x.shape[1], [=](std::int64_t t, std::int64_t c) {
    x(t, c) = T(float(x(t, c)) + sinusoid(positions(t).t, c, x.shape[1]));
  });
}

template <> struct SinusoidalKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const Position, 1, Device> positions, View<T, 2, Device> x) {
    cuda.launch("add_sinusoidal", sinusoidal_kernel<T>, element_grid(x.shape[0], x.shape[1]), element_threads,
                0, positions, x);
  }
};

}  // namespace qwen3vl
