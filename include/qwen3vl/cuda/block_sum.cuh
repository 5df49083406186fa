#pragma once

/// Sums over the threads of a warp or a block, in a fixed order, and the largest of a warp. Every thread gets
/// the result, or of a running sum its own.
namespace qwen3vl {

inline constexpr int warp_threads = 32;

__device__ inline float warp_sum(float value) {
  for (int distance = warp_threads / 2; distance > 0; distance /= 2)
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  return value;
}

__device__ inline float warp_max(float value) {
  for (int distance = warp_threads / 2; distance > 0; distance /= 2)
    value = fmaxf(value, __shfl_xor_sync(0xffffffffu, value, distance));
  return value;
}

/// Σ of the lanes up to this one.
__device__ inline int warp_running_sum(int value) {
  const int lane = threadIdx.x % warp_threads;
  for (int distance = 1; distance < warp_threads; distance *= 2) {
    const int before = __shfl_up_sync(0xffffffffu, value, distance);
    if (lane >= distance) value += before;
  }
  return value;
}

/// Of `Threads` neighbouring threads: a warp, or the whole block. All threads of the block must call it.
template <int Threads> __device__ float team_sum(float value) {
  static_assert(Threads == warp_threads || (Threads % warp_threads == 0 && Threads <= 1024));
  value = warp_sum(value);
  if constexpr (Threads > warp_threads) {
    __shared__ float part[Threads / warp_threads];
    __syncthreads();  // the last call's readers are done
    if (threadIdx.x % warp_threads == 0) part[threadIdx.x / warp_threads] = value;
    __syncthreads();
    value = 0;
    for (int w = 0; w < Threads / warp_threads; ++w) value += part[w];
  }
  return value;
}

}  // namespace qwen3vl
