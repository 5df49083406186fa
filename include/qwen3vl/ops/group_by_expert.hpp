#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/expect.hpp>

/// Brings the tokens of one expert together. Pair (t, j) is token t's visit to its j-th expert; the pairs
/// are sorted by expert, those of one expert by token:
///
///   place[t, j]    the row of pair (t, j), 0 … tokens·k − 1
///   token[row]     its t                                          take_rows(x, token) gathers the inputs
///   begin[e]       the first row of expert e; begin[experts] = tokens·k
///
///   chosen, place : [tokens, k], 0 ≤ chosen < experts     token : [tokens·k]     begin : [experts + 1]
namespace qwen3vl {

template <class B>
struct GroupByExpertKernel {  // specialised once per backend: cpu/experts.hpp, cuda/experts.cuh
  static_assert(has_kernel<B>,
                "group_by_expert has no kernel for this backend: include <qwen3vl/cpu/experts.hpp> or "
                "<qwen3vl/cuda/experts.cuh>");
  static void run(auto&&...) {}
};

template <Backend B>
void group_by_expert(B& on, In<B, int, 2> chosen, Out<B, int, 2> place, Out<B, int, 1> token,
                     Out<B, int, 1> begin) {
  expect_shape("group_by_expert", "place", place, {chosen.shape[0], chosen.shape[1]});
  expect_shape("group_by_expert", "token", token, {chosen.size()});
  expect(begin.shape[0] >= 2, "group_by_expert", "begin has no room for an expert and the end");
  GroupByExpertKernel<KernelsOf<B>>::run(on, chosen, place, token, begin);
}

}  // namespace qwen3vl
