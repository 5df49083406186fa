#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Token embedding:  out[t, :] = table[ids[t], :]
///
///   table : [vocab, hidden]     ids : [tokens], 0 ≤ id < vocab     out : [tokens, hidden]
///
/// An id outside the table becomes a row of zeros: ids are checked where they are made, not here, so
/// that a device needs no way back for the news.
namespace qwen3vl {

template <class B> struct EmbedKernel {  // specialised once per backend: cpu/rows.hpp, cuda/rows.cuh
  static_assert(
      has_kernel<B>,
      "embed has no kernel for this backend: include <qwen3vl/cpu/rows.hpp> or <qwen3vl/cuda/rows.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T> void embed(B& on, In<B, T, 2> table, In<B, int, 1> ids, Out<B, T, 2> out) {
  expect_shape("embed", "out", out, {ids.shape[0], table.shape[1]});
  expect_dense_rows("embed", "table", table);
  expect_dense_rows("embed", "out", out);
  EmbedKernel<KernelsOf<B>>::run(on, table, ids, out);
}

}  // namespace qwen3vl
