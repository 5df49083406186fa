#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// A linear layer with a weight for each group of rows:
///
///   out[r, o] = round_T( Σ_i x[r, i] · weight[e, o, i] ),     begin[e] ≤ r < begin[e + 1]
///
///   x : [rows, in]   weight : [experts, out, in]   begin : [experts + 1], ascending, 0 … rows   out : [rows, out]
///
/// Each row is what linear() makes of it. Experts without rows are not read. out overlaps neither x nor weight.
namespace qwen3vl {

template <class B>
struct GroupedLinearKernel {  // specialised once per backend: cpu/experts.hpp, cuda/grouped_linear.cuh
  static_assert(has_kernel<B>,
                "grouped_linear has no kernel for this backend: include <qwen3vl/cpu/experts.hpp> or "
                "<qwen3vl/cuda/grouped_linear.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void grouped_linear(B& on, In<B, T, 2> x, In<B, T, 3> weight, In<B, int, 1> begin, Out<B, T, 2> out) {
  expect_shape("grouped_linear", "weight", weight, {weight.shape[0], out.shape[1], x.shape[1]},
               "weights of another checkpoint?");
  expect_shape("grouped_linear", "begin", begin, {weight.shape[0] + 1});
  expect_shape("grouped_linear", "out", out, {x.shape[0], weight.shape[1]});
  expect_dense_rows("grouped_linear", "x", x);
  expect_dense_rows("grouped_linear", "weight", weight);
  expect_dense_rows("grouped_linear", "out", out);
  GroupedLinearKernel<KernelsOf<B>>::run(on, x, weight, begin, out);
}

}  // namespace qwen3vl
