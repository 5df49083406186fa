#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Picks rows:  out[i, :] = x[rows[i], :]            x : [tokens, channels]   rows : [n]   out : [n, channels]
///
/// The head is applied to the tokens whose successor is wanted, not to the whole prompt. A row that is
/// not there becomes zeros, as in embed().
namespace qwen3vl {

template <class B> struct TakeRowsKernel {  // specialised once per backend: cpu/rows.hpp, cuda/rows.cuh
  static_assert(
      has_kernel<B>,
      "take_rows has no kernel for this backend: include <qwen3vl/cpu/rows.hpp> or <qwen3vl/cuda/rows.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T> void take_rows(B& on, In<B, T, 2> x, In<B, int, 1> rows, Out<B, T, 2> out) {
  expect_shape("take_rows", "out", out, {rows.shape[0], x.shape[1]});
  expect_dense_rows("take_rows", "x", x);
  expect_dense_rows("take_rows", "out", out);
  TakeRowsKernel<KernelsOf<B>>::run(on, x, rows, out);
}

}  // namespace qwen3vl
