#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

/// Which experts a token goes to, and how much each counts (Shazeer et al. 2017, §2.1; softmax before the
/// choice, as Qwen3 has it):
///
///   p = softmax(logits[t, :]) over all experts,   the k largest are chosen; of equal ones the lower index
///   share[t, j] = round_T( p[chosen[t, j]] / Σ_j p[chosen[t, j]] )
///
///   logits : [tokens, experts]     chosen, share : [tokens, k]     1 ≤ k ≤ experts
///
/// Softmax and shares are float and rounded once. chosen[t, :] ascends: the order in which the reference adds
/// the experts' outputs, whatever their shares.
namespace qwen3vl {

template <class B> struct RouteKernel {  // specialised once per backend: cpu/experts.hpp, cuda/experts.cuh
  static_assert(has_kernel<B>,
                "route has no kernel for this backend: include <qwen3vl/cpu/experts.hpp> or "
                "<qwen3vl/cuda/experts.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void route(B& on, In<B, T, 2> logits, Out<B, int, 2> chosen, Out<B, T, 2> share) {
  expect(chosen.shape[1] >= 1 && chosen.shape[1] <= logits.shape[1], "route",
         "a token cannot have that many experts", "num_experts_per_tok is 1 to num_experts");
  expect_shape("route", "chosen", chosen, {logits.shape[0], share.shape[1]});
  expect_shape("route", "share", share, {logits.shape[0], chosen.shape[1]});
  expect_dense_rows("route", "logits", logits);
  RouteKernel<KernelsOf<B>>::run(on, logits, chosen, share);
}

}  // namespace qwen3vl
