#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// RMSNorm over the last axis (Zhang & Sennrich 2019, eq. 4):
///
///   out[t, c] = round_T( weight[c] · round_T( x[t, c] / sqrt( mean_c x[t, c]² + eps ) ) )
///
///   x, out : [tokens, channels]     weight : [channels]     eps > 0; 1e-6 in Qwen3-VL
///
/// The mean is taken in float. The quotient is rounded to T before it meets the weight: the reference
/// does so (Qwen3VLTextRMSNorm), and in bf16 the last bit shows it. out may be x.
namespace qwen3vl {

template <class B>
struct RMSNormKernel {  // specialised once per backend: cpu/rms_norm.hpp, cuda/rms_norm.cuh
  static_assert(has_kernel<B>,
                "rms_norm has no kernel for this backend: include <qwen3vl/cpu/rms_norm.hpp> or "
                "<qwen3vl/cuda/rms_norm.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void rms_norm(B& on, In<B, T, 2> x, In<B, T, 1> weight, float eps, Out<B, T, 2> out) {
  expect_shape("rms_norm", "weight", weight, {x.shape[1]}, "weights of another checkpoint?");
  expect_shape("rms_norm", "out", out, {x.shape[0], x.shape[1]});
  expect_dense_rows("rms_norm", "x", x);
  expect_dense_rows("rms_norm", "weight", weight);
  expect_dense_rows("rms_norm", "out", out);
  expect(eps > 0, "rms_norm", "eps is not above 0", "1e-6 in Qwen3-VL");
  RMSNormKernel<KernelsOf<B>>::run(on, x, weight, eps, out);
}

}  // namespace qwen3vl
