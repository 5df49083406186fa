#pragma once

#include <algorithm>

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/cuda/vectors.cuh>
#include <qwen3vl/ops/linear.hpp>

namespace qwen3vl {

/// The products of up to `Tokens` rows of x with one row of a weight, which a warp reads once. Every lane gets
/// the sums.
///
///   lane i owns inputs 8i … 8i + 7 of every 256 (of floats four); with `wide` they are loaded in one piece
template <int Tokens, class T>
__device__ void multiply_rows(const T* from, std::int64_t stride, int tokens, const T* row,
                              std::int64_t inputs, bool wide, float (&sum)[Tokens]) {
  const int lane = threadIdx.x % warp_threads;
  for (int t = 0; t < Tokens; ++t) sum[t] = 0;
  std::int64_t done = 0;
  if (wide) {
    constexpr int run = Sixteen<T>::count;
    for (std::int64_t i = lane * run; i + run <= inputs; i += warp_threads * run) {
      const Sixteen<T> w = load_sixteen(row + i);
      for (int t = 0; t < Tokens; ++t) {
        if (t >= tokens) break;
        const Sixteen<T> v = load_sixteen(from + t * stride + i);
        for (int j = 0; j < run; ++j) sum[t] += float(w.at[j]) * float(v.at[j]);
      }
    }
    done = inputs / run * run;
  }
  for (std::int64_t i = done + lane; i < inputs; i += warp_threads)
    for (int t = 0; t < Tokens; ++t) {
      if (t >= tokens) break;
      sum[t] += float(row[i]) * float(from[t * stride + i]);
    }
  for (int t = 0; t < Tokens; ++t) {
    if (t >= tokens) break;
    sum[t] = warp_sum(sum[t]);
  }
}

/// A warp an output, for up to `Tokens` tokens. The plain product, for decoding and for what cuBLASLt does not
/// take.
///
///   grid   [⌈tokens / Tokens⌉, ⌈outputs / 8⌉]     block  256 threads, eight warps
///   bound  memory: reads the weight; x comes from the L1 cache
template <int Tokens, class T>
__global__ void linear_rows_kernel(View<const T, 2, Device> x, View<const T, 2, Device> weight,
                                   View<const T, 1, Device> bias, bool wide, View<T, 2, Device> out) {
  const std::int64_t o = std::int64_t(blockIdx.y) * (blockDim.x / warp_threads) + threadIdx.x / warp_threads;
  if (o >= weight.shape[0]) return;
  const std::int64_t first = std::int64_t(blockIdx.x) * Tokens;
  const int tokens = x.shape[0] - first < Tokens ? static_cast<int>(x.shape[0] - first) : Tokens;
  float sum[Tokens];
  multiply_rows(x.data + first * x.stride[0], x.stride[0], tokens, weight.data + o * weight.stride[0],
                x.shape[1], wide, sum);
  for (int t = 0; t < Tokens; ++t)
    if (t < tokens && threadIdx.x % warp_threads == 0)
      out(first + t, o) = T(sum[t] + (bias.data ? float(bias(o)) : 0.0f));
}

/// out[t, :] = bias, element by element (cuda/elements.cuh).
template <class T> __global__ void spread_bias_kernel(View<const T, 1, Device> bias, View<T, 2, Device> out) {
  for_own_elements(out.shape[1], [=](std::int64_t t, std::int64_t o) { out(t, o) = bias(o); });
}

template <> struct LinearKernel<Cuda> {
  static constexpr std::int64_t few = 4;  // tokens for which reading the weight is all there is to do

  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const T, 2, Device> weight,
                  View<const T, 1, Device> bias, View<T, 2, Device> out) {
    if (out.size() == 0) return;
    if (bias.empty()) bias.data = nullptr;
    if (x.shape[0] > few && with_cublas(cuda, x, weight, bias, out)) return;
    if (x.shape[0] == 1)
      with_rows<1>(cuda, x, weight, bias, out);
    else
      with_rows<few>(cuda, x, weight, bias, out);
  }

 private:
  template <int Tokens, Element T>
  static void with_rows(Cuda& cuda, View<const T, 2, Device> x, View<const T, 2, Device> weight,
                        View<const T, 1, Device> bias, View<T, 2, Device> out) {
    constexpr int threads = 256, warps = threads / warp_threads;
    const bool wide = loads_sixteen(x.data, x.stride[0]) && loads_sixteen(weight.data, weight.stride[0]);
    const dim3 blocks(unsigned((x.shape[0] + Tokens - 1) / Tokens),
                      unsigned((weight.shape[0] + warps - 1) / warps));
    cuda.launch("linear", linear_rows_kernel<Tokens, T>, blocks, threads, 0, x, weight, bias, wide, out);
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
      cuda.launch("linear", spread_bias_kernel<T>, element_grid(out.shape[0], out.shape[1]), element_threads,
                  0, bias, out);
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
