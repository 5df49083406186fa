#pragma once

#include <algorithm>

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/cuda/vectors.cuh>
#include <qwen3vl/ops/linear.hpp>

namespace qwen3vl {

/// `Warps` warps an output: they read its row of the weight once, for up to `Tokens` tokens. The plain product, for
/// decoding and for what cuBLASLt does not take.
///
///   grid   [⌈tokens / Tokens⌉, ⌈outputs · Warps / 8⌉]     block  256 threads, eight warps
///   lane i of an output owns inputs 8i … 8i + 7 of every 256 · Warps (of floats four); with `wide` they are
///          loaded in one piece, four pieces before the first is used
///   bound  memory: reads the weight, which passes by the L1 cache; x stays there
template <int Tokens, int Warps, class T>
__global__ void __launch_bounds__(256)
    linear_rows_kernel(View<const T, 2, Device> x, View<const T, 2, Device> weight,
                       View<const T, 1, Device> bias, bool wide, View<T, 2, Device> out) {
  constexpr int run = Sixteen<T>::count, ahead = 4, outputs = 8 / Warps, threads = Warps * warp_threads;
  __shared__ float part[8][Tokens];
  const int own = threadIdx.x % threads, warp = threadIdx.x / warp_threads;
  const std::int64_t o = std::int64_t(blockIdx.y) * outputs + threadIdx.x / threads;
  const std::int64_t first = std::int64_t(blockIdx.x) * Tokens, inputs = x.shape[1];
  const int tokens = x.shape[0] - first < Tokens ? static_cast<int>(x.shape[0] - first) : Tokens;
  const bool there = o < weight.shape[0];
  const T* const row = weight.data + (there ? o : 0) * weight.stride[0];
  const T* const from = x.data + first * x.stride[0];
  const std::int64_t in_runs = wide ? inputs / run * run : 0;

#pragma unroll
  for (int u = 0; u < ahead; ++u)
    if (own * run + u * threads * run < in_runs) bring_near(row + own * run + u * threads * run);
  after_earlier();

  float sum[Tokens] = {};
  for (std::int64_t begin = own * run; begin < in_runs; begin += ahead * threads * run) {
    Run<T, run> piece[ahead];
#pragma unroll
    for (int u = 0; u < ahead; ++u) {
      const std::int64_t i = begin + u * threads * run;
      piece[u] = i < in_runs ? load_once(row + i) : Run<T, run>{};
    }
#pragma unroll
    for (int u = 0; u < ahead; ++u) {
      const std::int64_t i = begin + u * threads * run;
      const Floats<run> w = floats_of(piece[u]);
#pragma unroll
      for (int t = 0; t < Tokens; ++t) {
        if (t >= tokens) break;
        const Floats<run> v = i < in_runs ? load_floats<run>(from + t * x.stride[0] + i) : Floats<run>{};
#pragma unroll
        for (int j = 0; j < run; ++j) sum[t] += w.at[j] * v.at[j];
      }
    }
  }
  for (std::int64_t i = in_runs + own; i < inputs; i += threads)
#pragma unroll
    for (int t = 0; t < Tokens; ++t)
      if (t < tokens) sum[t] += float(row[i]) * float(from[t * x.stride[0] + i]);
#pragma unroll
  for (int t = 0; t < Tokens; ++t) sum[t] = warp_sum(sum[t]);
  if constexpr (Warps > 1) {
    if (threadIdx.x % warp_threads == 0)
#pragma unroll
      for (int t = 0; t < Tokens; ++t) part[warp][t] = sum[t];
    __syncthreads();
    if (own == 0)
#pragma unroll
      for (int t = 0; t < Tokens; ++t)
        for (int w = 1; w < Warps; ++w) sum[t] += part[warp + w][t];
  }
  if (own == 0 && there)
#pragma unroll
    for (int t = 0; t < Tokens; ++t)
      if (t < tokens) out(first + t, o) = T(sum[t] + (bias.data ? float(bias(o)) : 0.0f));
}

/// out[t, :] = bias, element by element (cuda/elements.cuh).
template <class T> __global__ void spread_bias_kernel(View<const T, 1, Device> bias, View<T, 2, Device> out) {
  after_earlier();
  for_own_elements(out.shape[1], [=](std::int64_t t, std::int64_t o) { out(t, o) = bias(o); });
}

template <> struct LinearKernel<Cuda> {
  static constexpr int few = 4;  // tokens for which reading the weight is all there is to do

  /// Of T, tokens up to which the plain product is at least as fast as cuBLASLt's: reading x costs instructions.
  template <class T> static constexpr int plain_tokens = sizeof(T) == 2 ? 1 : few;

  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const T, 2, Device> weight,
                  View<const T, 1, Device> bias, View<T, 2, Device> out) {
    if (out.size() == 0) return;
    if (bias.empty()) bias.data = nullptr;
    if (x.shape[0] > plain_tokens<T> && with_cublas(cuda, x, weight, bias, out)) return;
    if (x.shape[0] > 1)
      with_rows<few, 1>(cuda, x, weight, bias, out);
    else if (weight.shape[0] * warp_threads < 2048 * cuda.multiprocessors())  // less than all threads at once
      with_rows<1, 4>(cuda, x, weight, bias, out);
    else
      with_rows<1, 1>(cuda, x, weight, bias, out);
  }

 private:
  template <int Tokens, int Warps, Element T>
  static void with_rows(Cuda& cuda, View<const T, 2, Device> x, View<const T, 2, Device> weight,
                        View<const T, 1, Device> bias, View<T, 2, Device> out) {
    constexpr int outputs = 8 / Warps;
    constexpr std::int64_t most = 65535 * outputs;  // outputs of one launch
    const bool wide = loads_sixteen(x.data, x.stride[0]) && loads_sixteen(weight.data, weight.stride[0]);
    for (std::int64_t first = 0; first < weight.shape[0]; first += most) {
      const std::int64_t count = std::min(most, weight.shape[0] - first);
      const dim3 blocks(unsigned((x.shape[0] + Tokens - 1) / Tokens),
                        unsigned((count + outputs - 1) / outputs));
      cuda.launch_early("linear", linear_rows_kernel<Tokens, Warps, T>, blocks, 256, 0, x,
                        weight.rows(first, count), bias.data ? bias.rows(first, count) : bias, wide,
                        columns(out, first, count));
    }
  }

  /// Where rows do not begin at a border of 16 bytes, cuBLASLt may round the product to T before it adds the bias (13.0
  /// on Hopper does, in bf16). There the bias is put into `out` first, and the product added to it: one rounding.
  template <Element T>
  static bool with_cublas(Cuda& cuda, View<const T, 2, Device> x, View<const T, 2, Device> weight,
                          View<const T, 1, Device> bias, View<T, 2, Device> out) {
    const bool aligned = loads_sixteen(x.data, x.stride[0]) && loads_sixteen(weight.data, weight.stride[0]) &&
                         loads_sixteen(out.data, out.stride[0]),
               spread = bias.data && sizeof(T) == 2 && !aligned;
    const Product product{cublas_type<T>,      x.shape[0],           x.shape[1],
                          weight.shape[0],     x.stride[0],          weight.stride[0],
                          out.stride[0],       alignment(x.data),    alignment(weight.data),
                          alignment(out.data), bias.data && !spread, spread};
    if (product.inputs == 0 || product.x_stride < product.inputs || product.weight_stride < product.inputs ||
        product.out_stride < product.outputs)
      return false;
    if (spread)
      cuda.launch_early("linear", spread_bias_kernel<T>, element_grid(out.shape[0], out.shape[1]),
                        element_threads, 0, bias, out);
    const bool done = cuda.cublas().multiply(product, x.data, weight.data, bias.data, out.data,
                                             cuda.cublas_workspace(), cuda.stream());
    cuda.check("linear");
    return done;
  }

  /// The largest power of two up to 256 that divides the address.
  static std::uint32_t alignment(const void* data) {
    const auto address = reinterpret_cast<std::uintptr_t>(data);
    return static_cast<std::uint32_t>(address % 256 == 0 ? 256 : address & (~address + 1));
  }
};

}  // namespace qwen3vl
