#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// The residual sum:  x[t, c] ← round_T( x[t, c] + update[t, c] )        x, update : [tokens, channels]
namespace qwen3vl {

template <class B> struct AddKernel {  // specialised once per backend: cpu/add.hpp, cuda/add.cuh
  static_assert(
      has_kernel<B>,
      "add has no kernel for this backend: include <qwen3vl/cpu/add.hpp> or <qwen3vl/cuda/add.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T> void add(B& on, In<B, T, 2> update, Out<B, T, 2> x) {
  expect_shape("add", "update", update, {x.shape[0], x.shape[1]});
  expect_dense_rows("add", "update", update);
  expect_dense_rows("add", "x", x);
  AddKernel<KernelsOf<B>>::run(on, update, x);
}

}  // namespace qwen3vl
