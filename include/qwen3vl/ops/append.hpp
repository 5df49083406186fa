#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/mask/mask.hpp>

/// Puts the keys or values of a step behind those in the cache. For query i of segment s:
///
///   cache[s.key_begin + s.keys − s.queries + i, :, :] = x[s.query_begin + i, :, :]
///
///   x : [tokens, kv_heads, head_dim]     cache : [rows, kv_heads, head_dim]     segments : [sequences]
namespace qwen3vl {

template <class B> struct AppendKernel {  // specialised once per backend: cpu/rows.hpp, cuda/rows.cuh
  static_assert(
      has_kernel<B>,
      "append has no kernel for this backend: include <qwen3vl/cpu/rows.hpp> or <qwen3vl/cuda/rows.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void append(B& on, In<B, Segment, 1> segments, In<B, T, 3> x, Out<B, T, 3> cache) {
  expect_shape("append", "cache", cache, {cache.shape[0], x.shape[1], x.shape[2]},
               "a cache of another model?");
  expect_dense_rows("append", "x", x);
  expect_dense_rows("append", "cache", cache);
  AppendKernel<KernelsOf<B>>::run(on, segments, x, cache);
}

}  // namespace qwen3vl
