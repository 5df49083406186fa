#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Rotates every head in place, its pairs being neighbours (Su et al. 2021, eq. 34 as printed):
///
///   x[t, h, 2i]     ← x[t, h, 2i]·cosine[t, i] − x[t, h, 2i + 1]·sine[t, i]
///   x[t, h, 2i + 1] ← x[t, h, 2i + 1]·cosine[t, i] + x[t, h, 2i]·sine[t, i]
///
///   x : [tokens, heads, head_dim]     cosine, sine : [tokens, head_dim/2], of the type T of x
///
/// Each product is rounded to T, then the sum. No Qwen model pairs so: they all use rotate(), whose pairs lie
/// head_dim/2 apart. Article variants do.
namespace qwen3vl {

template <class B>
struct RotateAdjacentKernel {  // specialised once per backend: cpu/rope.hpp, cuda/rotate_adjacent.cuh
  static_assert(has_kernel<B>,
                "rotate_adjacent has no kernel for this backend: include <qwen3vl/cpu/rope.hpp> or "
                "<qwen3vl/cuda/rotate_adjacent.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void rotate_adjacent(B& on, In<B, T, 2> cosine, In<B, T, 2> sine, Out<B, T, 3> x) {
  expect(x.shape[2] % 2 == 0, "rotate_adjacent", "head_dim is odd");
  expect_shape("rotate_adjacent", "cosine", cosine, {x.shape[0], x.shape[2] / 2});
  expect_shape("rotate_adjacent", "sine", sine, {x.shape[0], x.shape[2] / 2});
  expect_dense_rows("rotate_adjacent", "cosine", cosine);
  expect_dense_rows("rotate_adjacent", "sine", sine);
  expect_dense_rows("rotate_adjacent", "x", x);
  RotateAdjacentKernel<KernelsOf<B>>::run(on, cosine, sine, x);
}

}  // namespace qwen3vl
