#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Rotates every head in place (Su et al. 2021, eq. 34, pairs split in halves):
///
///   x[t, h, i]       ← x[t, h, i]·cosine[t, i] − x[t, h, i + d/2]·sine[t, i]
///   x[t, h, i + d/2] ← x[t, h, i + d/2]·cosine[t, i] + x[t, h, i]·sine[t, i]          d = head_dim
///
///   x : [tokens, heads, head_dim]     cosine, sine : [tokens, head_dim/2]
///
/// The rotation is done in the table's type C: with C = bf16 each product is rounded, then the sum,
/// as the reference's text decoder does; with C = float there is one rounding, at the end, as in its
/// vision tower.
namespace qwen3vl {

template <class B> struct RotateKernel {  // specialised once per backend: cpu/rope.hpp, cuda/rope.cuh
  static_assert(
      has_kernel<B>,
      "rotate has no kernel for this backend: include <qwen3vl/cpu/rope.hpp> or <qwen3vl/cuda/rope.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, class C, Element T>  // C may be const: a table that others only read
requires Element<std::remove_const_t<C>>
void rotate(B& on, View<C, 2, typename B::Space> cosine, View<C, 2, typename B::Space> sine, Out<B, T, 3> x) {
  expect(x.shape[2] % 2 == 0, "rotate", "head_dim is odd");
  expect_shape("rotate", "cosine", cosine, {x.shape[0], x.shape[2] / 2});
  expect_shape("rotate", "sine", sine, {x.shape[0], x.shape[2] / 2});
  expect_dense_rows("rotate", "cosine", cosine);
  expect_dense_rows("rotate", "sine", sine);
  expect_dense_rows("rotate", "x", x);
  using Table = In<B, std::remove_const_t<C>, 2>;
  RotateKernel<KernelsOf<B>>::run(on, Table(cosine), Table(sine), x);
}

}  // namespace qwen3vl
