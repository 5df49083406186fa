#pragma once

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/nn/linear.hpp>
#include <qwen3vl/ops/activate.hpp>
#include <qwen3vl/ops/activation/silu.hpp>

namespace qwen3vl {

/// The SwiGLU feed-forward block (Shazeer 2020, eq. 6):
///
///   out = ( SiLU(x·gateᵀ) ⊙ (x·upᵀ) )·downᵀ        x, out : [tokens, hidden]
template <Backend B, Element T> struct SwiGLU {
  Linear<B, T> gate_proj, up_proj;  // [intermediate, hidden]
  Linear<B, T> down_proj;           // [hidden, intermediate]

  static void weights(auto& self, int hidden, int intermediate, bool biased, auto&& visit) {
    Linear<B, T>::weights(self.gate_proj, hidden, intermediate, biased, under(visit, "gate_proj"));
    Linear<B, T>::weights(self.up_proj, hidden, intermediate, biased, under(visit, "up_proj"));
    Linear<B, T>::weights(self.down_proj, intermediate, hidden, biased, under(visit, "down_proj"));
  }

  void forward(B& on, Workspace<B>& workspace, In<B, T, 2> x, Out<B, T, 2> out) const {
    const auto scope = workspace.scope();
    auto gate = workspace.template take<T>({x.shape[0], gate_proj.out()});  // [tokens, intermediate]
    auto up = workspace.template take<T>({x.shape[0], up_proj.out()});      // [tokens, intermediate]
    gate_proj.forward(on, x, gate);
    up_proj.forward(on, x, up);
    activate_multiply(on, SiLU{}, gate, up, gate);
    down_proj.forward(on, gate, out);
  }
};

/// SwiGLU with biases where an MLP is expected: Qwen2.5-VL's tower.
template <Backend B, Element T> struct BiasedSwiGLU : SwiGLU<B, T> {
  static void weights(auto& self, int in, int inner, int out, auto&& visit) {
    expect(in == out, "BiasedSwiGLU", "gives as many channels as it takes");
    SwiGLU<B, T>::weights(self, in, inner, true, visit);
  }
};

}  // namespace qwen3vl
