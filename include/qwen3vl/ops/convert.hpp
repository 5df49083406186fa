#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Elements of another type:  out[r, c] = To( x[r, c] ), rounded to nearest even.      x, out : [rows, columns]
///
/// Pixels reach the vision tower this way (float → T), logits the sampler (T → float).
namespace qwen3vl {

template <class B> struct ConvertKernel {  // specialised once per backend: cpu/rows.hpp, cuda/rows.cuh
  static_assert(
      has_kernel<B>,
      "convert has no kernel for this backend: include <qwen3vl/cpu/rows.hpp> or <qwen3vl/cuda/rows.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element From, Element To>
void convert(B& on, View<const From, 2, typename B::Space> x, Out<B, To, 2> out) {
  expect_shape("convert", "out", out, {x.shape[0], x.shape[1]});
  expect_dense_rows("convert", "x", x);
  expect_dense_rows("convert", "out", out);
  ConvertKernel<KernelsOf<B>>::run(on, x, out);
}

}  // namespace qwen3vl
