#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// The weighted sum of several tensors of one shape:  out[t, c] = round_T( Σ_i weight[0, i] · levels[i, t, c] )
///
///   levels : [n, tokens, channels]     weight : [1, n]     out : [tokens, channels]     the sum is float
namespace qwen3vl {

template <class B> struct MixLevelsKernel {  // specialised once per backend: cpu/fusion.hpp, cuda/fusion.cuh
  static_assert(has_kernel<B>,
                "mix_levels has no kernel for this backend: include <qwen3vl/cpu/fusion.hpp> or "
                "<qwen3vl/cuda/fusion.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void mix_levels(B& on, In<B, T, 3> levels, In<B, T, 2> weight, Out<B, T, 2> out) {
  expect_shape("mix_levels", "weight", weight, {1, levels.shape[0]});
  expect_shape("mix_levels", "levels", levels, {levels.shape[0], out.shape[0], out.shape[1]});
  expect_dense_rows("mix_levels", "levels", levels);
  MixLevelsKernel<KernelsOf<B>>::run(on, levels, weight, out);
}

}  // namespace qwen3vl
