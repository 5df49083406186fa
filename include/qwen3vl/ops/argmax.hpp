#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/expect.hpp>

/// The most probable token of every row:  ids[r] = the lowest i with scores[r, i] = max_j scores[r, j]
///
///   scores : [rows, vocab], −∞ for a token that is impossible     ids : [rows]
///
/// −1 where a row has a NaN or +∞, or nothing but −∞: it is the caller who has words for it, and a device
/// need not wait.
namespace qwen3vl {

template <class B> struct ArgmaxKernel {  // specialised once per backend: cpu/argmax.hpp, cuda/argmax.cuh
  static_assert(has_kernel<B>,
                "argmax has no kernel for this backend: include <qwen3vl/cpu/argmax.hpp> or "
                "<qwen3vl/cuda/argmax.cuh>");
  static void run(auto&&...) {}
};

template <Backend B> void argmax(B& on, In<B, float, 2> scores, Out<B, int, 1> ids) {
  expect(scores.shape[1] >= 1 && scores.shape[1] < (std::int64_t{1} << 31), "argmax",
         "a row is empty or too long");
  expect_shape("argmax", "ids", ids, {scores.shape[0]});
  expect_dense_rows("argmax", "scores", scores);
  expect_dense_rows("argmax", "ids", ids);
  ArgmaxKernel<KernelsOf<B>>::run(on, scores, ids);
}

}  // namespace qwen3vl
