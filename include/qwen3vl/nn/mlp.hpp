#pragma once

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/ops/activate.hpp>

namespace qwen3vl {

/// What a checkpoint calls the two layers of an MLP.
struct LinearFcNames {
  static constexpr const char *first = "linear_fc1", *second = "linear_fc2";
};

/// The two-layer feed-forward block (Vaswani et al. 2017, eq. 2) with any activation:
///
///   out = act(x·fc1ᵀ + b₁)·fc2ᵀ + b₂        x : [tokens, in]   out : [tokens, out]
template <Backend B, Element T, Activation Act, class Names = LinearFcNames> struct MLP {
  Linear<B, T> linear_fc1;  // [inner, in]
  Linear<B, T> linear_fc2;  // [out, inner]

  static void weights(auto& self, int in, int inner, int out, auto&& visit) {
    Linear<B, T>::weights(self.linear_fc1, in, inner, true, under(visit, Names::first));
    Linear<B, T>::weights(self.linear_fc2, inner, out, true, under(visit, Names::second));
  }

  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    auto inner = workspace.template take<T>({x.shape[0], linear_fc1.out()});  // [tokens, inner]
    linear_fc1.forward(on, x, inner);
    activate(on, Act{}, inner, inner);
    linear_fc2.forward(on, inner, out);
  }
};

}  // namespace qwen3vl
