#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// The two seams between the vision tower and the decoder. `visual[t]` says which row of the visual
/// features belongs to token t, counted from the first visual token of the prompt; −1 is a text token.
///
///   replace_rows:  x[t, :] ← features[visual[t], :]                      the embedding of an image token
///   add_rows:      x[t, :] ← round_T( x[t, :] + features[visual[t], :] )  DeepStack (Meng et al. 2024)
///
///   features : [visual tokens, hidden]     visual : [tokens]     x : [tokens, hidden]
///
/// The index is absolute. A chunk of a prompt carries its own part of `visual` and the whole of
/// `features`, so that it cannot take the rows of another chunk. Rows with visual[t] outside the
/// features stay as they are.
namespace qwen3vl {

template <class B> struct VisualRowsKernel {  // specialised once per backend: cpu/rows.hpp, cuda/rows.cuh
  static_assert(has_kernel<B>,
                "replace_rows has no kernel for this backend: include <qwen3vl/cpu/rows.hpp> or "
                "<qwen3vl/cuda/rows.cuh>");
  static void replace(auto&&...) {}
  static void add(auto&&...) {}
};

template <Backend B, Element T>
void replace_rows(B& on, In<B, T, 2> features, In<B, int, 1> visual, Out<B, T, 2> x) {
  expect_shape("replace_rows", "features", features, {features.shape[0], x.shape[1]});
  expect_shape("replace_rows", "visual", visual, {x.shape[0]});
  expect_dense_rows("replace_rows", "features", features);
  expect_dense_rows("replace_rows", "x", x);
  VisualRowsKernel<KernelsOf<B>>::replace(on, features, visual, x);
}

template <Backend B, Element T>
void add_rows(B& on, In<B, T, 2> features, In<B, int, 1> visual, Out<B, T, 2> x) {
  expect_shape("add_rows", "features", features, {features.shape[0], x.shape[1]});
  expect_shape("add_rows", "visual", visual, {x.shape[0]});
  expect_dense_rows("add_rows", "features", features);
  expect_dense_rows("add_rows", "x", x);
  VisualRowsKernel<KernelsOf<B>>::add(on, features, visual, x);
}

}  // namespace qwen3vl
