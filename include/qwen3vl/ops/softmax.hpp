#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Softmax along rows:  out[t, c] = round_T( e^(x[t, c] − m) / Σ_c e^(x[t, c] − m) ),   m = max_c x[t, c]
///
///   x, out : [tokens, channels], channels ≥ 1     computed in float     out may be x
namespace qwen3vl {

template <class B> struct SoftmaxKernel {  // specialised once per backend: cpu/fusion.hpp, cuda/fusion.cuh
  static_assert(has_kernel<B>,
                "softmax has no kernel for this backend: include <qwen3vl/cpu/fusion.hpp> or "
                "<qwen3vl/cuda/fusion.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T> void softmax(B& on, In<B, T, 2> x, Out<B, T, 2> out) {
  expect_shape("softmax", "out", out, {x.shape[0], x.shape[1]});
  expect(x.shape[1] > 0, "softmax", "a row has no elements");
  SoftmaxKernel<KernelsOf<B>>::run(on, x, out);
}

}  // namespace qwen3vl
