#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/mask/mask.hpp>

/// Scaled dot-product attention (Vaswani et al. 2017, eq. 1) with grouped queries (Ainslie et al. 2023):
///
///   out[t, h] = round_T( Σ_k p[k] · values[k, g] ),   p = softmax_k( scale · q[t, h] · keys[k, g] )
///   g = h / (heads / kv_heads),   k runs over what the mask lets token t see in its segment
///
///   q, out : [tokens, heads, head_dim]     keys, values : [rows, kv_heads, head_dim], rows ≥ any segment's
///   segments : [n], disjoint in their queries     scale > 0; head_dim^−1/2
///
/// Scores, softmax and sums are float and no score matrix is kept: the softmax is streamed over tiles
/// of keys (Milakov & Gimelshein 2018). A query that may see nothing (left padding) sees every key of
/// its segment alike, as the reference's masked softmax has it, and never a NaN. out may be q.
namespace qwen3vl {

template <class B> struct AttendKernel {  // specialised once per backend: cpu/attend.hpp, cuda/attend.cuh
  static_assert(
      has_kernel<B>,
      "attend has no kernel for this backend: include <qwen3vl/cpu/attend.hpp> or <qwen3vl/cuda/attend.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Mask M, Element T>
void attend(B& on, M mask, In<B, Segment, 1> segments, In<B, T, 3> q, In<B, T, 3> keys, In<B, T, 3> values,
            float scale, Out<B, T, 3> out) {
  expect_shape("attend", "keys", keys, {keys.shape[0], keys.shape[1], q.shape[2]});
  expect_shape("attend", "values", values, {keys.shape[0], keys.shape[1], q.shape[2]});
  expect_shape("attend", "out", out, {q.shape[0], q.shape[1], q.shape[2]});
  expect(keys.shape[1] > 0 && q.shape[1] % keys.shape[1] == 0, "attend",
         "heads is not a multiple of kv_heads");
  expect_dense_rows("attend", "q", q);
  expect_dense_rows("attend", "keys", keys);
  expect_dense_rows("attend", "values", values);
  expect_dense_rows("attend", "out", out);
  AttendKernel<KernelsOf<B>>::run(on, mask, segments, q, keys, values, scale, out);
}

}  // namespace qwen3vl
