#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// The mean of all rows:  out[0, c] = round_T( Σ_t x[t, c] / tokens )        x : [tokens, channels]   out : [1, channels]
///
/// The sum is float. No rows give zeros.
namespace qwen3vl {

template <class B> struct MeanRowsKernel {  // specialised once per backend: cpu/fusion.hpp, cuda/fusion.cuh
  static_assert(has_kernel<B>,
                "mean_rows has no kernel for this backend: include <qwen3vl/cpu/fusion.hpp> or "
                "<qwen3vl/cuda/fusion.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T> void mean_rows(B& on, In<B, T, 2> x, Out<B, T, 2> out) {
  expect_shape("mean_rows", "out", out, {1, x.shape[1]});
  expect_dense_rows("mean_rows", "x", x);
  MeanRowsKernel<KernelsOf<B>>::run(on, x, out);
}

}  // namespace qwen3vl
