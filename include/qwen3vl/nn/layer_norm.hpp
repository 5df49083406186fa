#pragma once

#include <qwen3vl/nn/weight_list.hpp>
#include <qwen3vl/ops/layer_norm.hpp>

namespace qwen3vl {

/// LayerNorm with weight and bias (Ba, Kiros & Hinton 2016).     x, out : [tokens, channels]
template <Backend B, Element T> struct LayerNorm {
  View<const T, 1, typename B::Space> weight, bias;  // [channels]
  float eps = 1e-6f;                                 // of the vision tower; not in config.json

  static void weights(auto& self, int channels, auto&& visit) {
    visit("weight", self.weight, Shape{channels});
    visit("bias", self.bias, Shape{channels});
  }

  void forward(B& on, In<B, T, 2> x, Out<B, T, 2> out) const { layer_norm(on, x, weight, bias, eps, out); }
};

}  // namespace qwen3vl
