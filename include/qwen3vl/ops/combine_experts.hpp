#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// A token's answer is the weighted sum of its experts' (Shazeer et al. 2017, eq. 1):
///
///   out[t, c] = round_T( Σ_j round_T( share[t, j] · y[place[t, j], c] ) )        j ascending
///
///   y : [rows, channels]     share, place : [tokens, k]     out : [tokens, channels]
///
/// Each product is rounded, as in the reference; the sum is float, where the reference rounds it k times.
namespace qwen3vl {

template <class B>
struct CombineExpertsKernel {  // specialised once per backend: cpu/experts.hpp, cuda/experts.cuh
  static_assert(has_kernel<B>,
                "combine_experts has no kernel for this backend: include <qwen3vl/cpu/experts.hpp> or "
                "<qwen3vl/cuda/experts.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void combine_experts(B& on, In<B, T, 2> y, In<B, int, 2> place, In<B, T, 2> share, Out<B, T, 2> out) {
  expect_shape("combine_experts", "place", place, {out.shape[0], share.shape[1]});
  expect_shape("combine_experts", "share", share, {out.shape[0], place.shape[1]});
  expect_shape("combine_experts", "y", y, {y.shape[0], out.shape[1]});
  expect_dense_rows("combine_experts", "y", y);
  expect_dense_rows("combine_experts", "out", out);
  CombineExpertsKernel<KernelsOf<B>>::run(on, y, place, share, out);
}

}  // namespace qwen3vl
