#pragma once

#include <cmath>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/mask/mask.hpp>

/// Scales queries by their place in the sequence, so that attention over many keys stays as sharp as over few:
///
///   q[t, h, :] ← round_T( q[t, h, :] · scale(n) ),     n = keys before and at token t, in its segment
///
///   q : [tokens, heads, head_dim]     segments : [n]
///
/// A policy answers one question, *by how much?*
namespace qwen3vl {

/// None: the op is not called.
struct NoQueryScale {};

/// Log-n attention (Su 2021), of Qwen-VL:  scale(n) = log n / log M for n > M, else 1.       M : original length
struct LogNScale {
  float original_length = 0;

  template <class Config> static LogNScale from(const Config& config) {
    return {static_cast<float>(config.rope_scaling.original_max_position_embeddings)};
  }
  QWEN3VL_HD float operator()(int n) const {
    const float length = static_cast<float>(n);
    return length > original_length ? logf(length) / logf(original_length) : 1.0f;
  }
};

/// Which of its segment's tokens query i is, from 1: those in the cache count.
QWEN3VL_HD inline int keys_up_to(Segment segment, int query) {
  return segment.keys - segment.queries + query + 1 - segment.padding;
}

template <class B>
struct ScaleQueriesKernel {  // specialised once per backend: cpu/scale_queries.hpp, cuda/scale_queries.cuh
  static_assert(has_kernel<B>,
                "scale_queries has no kernel for this backend: include <qwen3vl/cpu/scale_queries.hpp> or "
                "<qwen3vl/cuda/scale_queries.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, class Scale, Element T>
void scale_queries(B& on, Scale scale, In<B, Segment, 1> segments, Out<B, T, 3> q) {
  expect_dense_rows("scale_queries", "q", q);
  ScaleQueriesKernel<KernelsOf<B>>::run(on, scale, segments, q);
}

}  // namespace qwen3vl
