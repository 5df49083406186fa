#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// LayerNorm over the last axis (Ba, Kiros & Hinton 2016, eq. 4):
///
///   out[t, c] = round_T( (x[t, c] − mean_c x) / sqrt( var_c x + eps ) · weight[c] + bias[c] )
///
///   x, out : [tokens, channels]     weight, bias : [channels]     eps > 0; 1e-6 in the vision tower
///
/// The variance is the population's, computed from the deviations, not from squares. Unlike
/// rms_norm there is one rounding, after the bias: torch's layer_norm does so. out may be x.
namespace qwen3vl {

template <class B>
struct LayerNormKernel {  // specialised once per backend: cpu/layer_norm.hpp, cuda/layer_norm.cuh
  static_assert(has_kernel<B>,
                "layer_norm has no kernel for this backend: include <qwen3vl/cpu/layer_norm.hpp> or "
                "<qwen3vl/cuda/layer_norm.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void layer_norm(B& on, In<B, T, 2> x, In<B, T, 1> weight, In<B, T, 1> bias, float eps, Out<B, T, 2> out) {
  expect_shape("layer_norm", "weight", weight, {x.shape[1]}, "weights of another checkpoint?");
  expect_shape("layer_norm", "bias", bias, {x.shape[1]}, "weights of another checkpoint?");
  expect_shape("layer_norm", "out", out, {x.shape[0], x.shape[1]});
  expect_dense_rows("layer_norm", "x", x);
  expect_dense_rows("layer_norm", "weight", weight);
  expect_dense_rows("layer_norm", "bias", bias);
  expect_dense_rows("layer_norm", "out", out);
  expect(eps > 0, "layer_norm", "eps is not above 0", "1e-6 in Qwen3-VL's vision tower");
  LayerNormKernel<KernelsOf<B>>::run(on, x, weight, bias, eps, out);
}

}  // namespace qwen3vl
