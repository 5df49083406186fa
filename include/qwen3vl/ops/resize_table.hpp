#pragma once

#include <cmath>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// A square table of vectors at another size, bicubic with a = −0.75 and half-pixel centres (align_corners
/// false, no antialiasing), as Qwen-VL resizes its position embeddings:
///
///   out[r·m + c] = round_T( Σ_{i,j=−1…2} w(fy, i)·w(fx, j) · table[clamp(⌊y⌋ + i)·n + clamp(⌊x⌋ + j)] )
///   x = (c + ½)·n/m − ½, y likewise of r,   fx = x − ⌊x⌋         n, m : sides of table and out
///
///   table : [n², channels]     out : [m², channels]     weights and sum are float
namespace qwen3vl {

/// The cubic convolution kernel at distance |t| (Keys 1981, eq. 8 with a = −0.75).
QWEN3VL_HD inline float cubic_weight(float t) {
  constexpr float a = -0.75f;
  t = fabsf(t);
  if (t <= 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0.0f;
}

template <class B>
struct ResizeTableKernel {  // specialised once per backend: cpu/resize_table.hpp, cuda/resize_table.cuh
  static_assert(has_kernel<B>,
                "resize_table has no kernel for this backend: include <qwen3vl/cpu/resize_table.hpp> or "
                "<qwen3vl/cuda/resize_table.cuh>");
  static void run(auto&&...) {}
};

/// The side of a square table.
inline int table_side(const char* where, std::int64_t rows) {
  int side = 0;
  while (std::int64_t(side) * side < rows) ++side;
  expect(side > 0 && std::int64_t(side) * side == rows, where, "the table is empty or not square");
  return side;
}

template <Backend B, Element T> void resize_table(B& on, In<B, T, 2> table, Out<B, T, 2> out) {
  const int from = table_side("resize_table", table.shape[0]), to = table_side("resize_table", out.shape[0]);
  expect_shape("resize_table", "out", out, {out.shape[0], table.shape[1]});
  expect_dense_rows("resize_table", "table", table);
  expect_dense_rows("resize_table", "out", out);
  ResizeTableKernel<KernelsOf<B>>::run(on, table, from, to, out);
}

}  // namespace qwen3vl
