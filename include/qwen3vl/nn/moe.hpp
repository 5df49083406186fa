#pragma once

#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/ops/activate.hpp>
#include <qwen3vl/ops/activation/silu.hpp>
#include <qwen3vl/ops/combine_experts.hpp>
#include <qwen3vl/ops/group_by_expert.hpp>
#include <qwen3vl/ops/grouped_linear.hpp>
#include <qwen3vl/ops/route.hpp>
#include <qwen3vl/ops/take_rows.hpp>

namespace qwen3vl {

/// A mixture of experts (Shazeer et al. 2017), each a SwiGLU; a token visits k of them:
///
///   chosen, share = route(x·gateᵀ)
///   out = Σ_j share[j] · Expert_{chosen[j]}(x),   Expert_e(x) = ( SiLU(x·G_eᵀ) ⊙ (x·U_eᵀ) )·D_eᵀ
///
///   x, out : [tokens, hidden]     gate : [experts, hidden]     gate_up_proj[e] = G_e above U_e
///
/// The visits are sorted by expert, so that an expert's tokens are one matrix product. There is no shared
/// expert, no capacity limit and no dropping.
template <Backend B, Element T> struct MoE {
  using Space = typename B::Space;

  Linear<B, T> gate;                     // [experts, hidden]: the router
  View<const T, 3, Space> gate_up_proj;  // [experts, 2·intermediate, hidden]
  View<const T, 3, Space> down_proj;     // [experts, hidden, intermediate]
  int num_experts_per_tok = 0;

  void configure(const auto& config) { num_experts_per_tok = config.num_experts_per_tok; }

  static void weights(auto& self, const auto& config, auto&& visit) {
    const int experts = config.num_experts, hidden = config.hidden_size, inner = config.moe_intermediate_size;
    Linear<B, T>::weights(self.gate, hidden, experts, false, under(visit, "gate"));
    visit("experts.gate_up_proj", self.gate_up_proj, Shape{experts, 2 * inner, hidden});
    visit("experts.down_proj", self.down_proj, Shape{experts, hidden, inner});
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out, Observer observe = {}) const {
    const auto scope = workspace.scope();
    const std::int64_t tokens = x.shape[0], hidden = x.shape[1], experts = gate.out(),
                       k = num_experts_per_tok, rows = tokens * k, inner = down_proj.shape[2];
    auto scores = workspace.template take<T>({tokens, experts});
    auto chosen = workspace.template take<int>({tokens, k});
    auto share = workspace.template take<T>({tokens, k});
    gate.forward(on, x, scores);
    observe("gate", scores);
    route(on, scores, chosen, share);

    auto place = workspace.template take<int>({tokens, k});
    auto token = workspace.template take<int>({rows});
    auto begin = workspace.template take<int>({experts + 1});
    auto visits = workspace.template take<T>({rows, hidden});    // x, and later what the experts say
    auto fused = workspace.template take<T>({rows, 2 * inner});  // [gate | up]
    group_by_expert(on, chosen, place, token, begin);
    take_rows(on, x, token, visits);
    grouped_linear(on, visits, gate_up_proj, begin, fused);
    const auto gated = columns(fused, 0, inner);
    activate_multiply(on, SiLU{}, gated, columns(fused, inner, inner), gated);
    grouped_linear(on, gated, down_proj, begin, visits);
    combine_experts(on, visits, place, share, out);
  }
};

}  // namespace qwen3vl
