#pragma once

#include <qwen3vl/nn/moe.hpp>
#include <qwen3vl/nn/swiglu.hpp>

namespace qwen3vl {

/// The MLP of a decoder in which some layers have experts and the others one dense MLP: what it is, config.json says
/// layer by layer, has_experts(layer) (text/text_config.hpp). A config without that has experts everywhere.
///
///   out = MoE(x) or SwiGLU(x)        x, out : [tokens, hidden]
template <Backend B, Element T> struct SparseOrDense {
  MoE<B, T> sparse;
  SwiGLU<B, T> dense;
  bool has_experts = true;

  void configure(const auto& config, int layer) {
    if constexpr (requires { config.has_experts(layer); }) has_experts = config.has_experts(layer);
    sparse.configure(config);
  }

  /// Only those of the one that it is.
  static void weights(auto& self, const auto& config, auto&& visit) {
    if (self.has_experts)
      MoE<B, T>::weights(self.sparse, config, visit);
    else
      SwiGLU<B, T>::weights(self.dense, config.hidden_size, config.intermediate_size, false, visit);
  }

  template <class Observer = Unobserved>
  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out, Observer observe = {}) const {
    if (has_experts)
      sparse.forward(on, workspace, x, out, observe);
    else
      dense.forward(on, workspace, x, out);
  }
};

}  // namespace qwen3vl
