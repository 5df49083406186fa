#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// A linear layer, the weight as checkpoints store it:
///
///   out[t, o] = round_T( Σ_i x[t, i] · weight[o, i] + bias[o] )
///
///   x : [tokens, in]   weight : [out, in]   bias : [out], or an empty view for none   out : [tokens, out]
///
/// The sum and the bias are in float; there is one rounding. Rows of x, weight and out are dense, and
/// may be rows of a wider matrix. out overlaps neither x nor weight.
namespace qwen3vl {

template <class B> struct LinearKernel {  // specialised once per backend: cpu/linear.hpp, cuda/linear.cuh
  static_assert(
      has_kernel<B>,
      "linear has no kernel for this backend: include <qwen3vl/cpu/linear.hpp> or <qwen3vl/cuda/linear.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void linear(B& on, In<B, T, 2> x, In<B, T, 2> weight, In<B, T, 1> bias, Out<B, T, 2> out) {
  expect_shape("linear", "weight", weight, {out.shape[1], x.shape[1]}, "weights of another checkpoint?");
  expect_shape("linear", "out", out, {x.shape[0], weight.shape[0]});
  if (!bias.empty()) expect_shape("linear", "bias", bias, {weight.shape[0]});
  if (!bias.empty()) expect_dense_rows("linear", "bias", bias);
  expect_dense_rows("linear", "x", x);
  expect_dense_rows("linear", "weight", weight);
  expect_dense_rows("linear", "out", out);
  LinearKernel<KernelsOf<B>>::run(on, x, weight, bias, out);
}

}  // namespace qwen3vl
