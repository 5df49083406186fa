#pragma once

#include <qwen3vl/nn/weight_list.hpp>
#include <qwen3vl/ops/rms_norm.hpp>

namespace qwen3vl {

/// RMSNorm with its weight (Zhang & Sennrich 2019): out = weight ⊙ x / rms(x).     x, out : [tokens, channels]
template <Backend B, Element T> struct RMSNorm {
  View<const T, 1, typename B::Space> weight;  // [channels]
  float eps = 1e-6f;                           // rms_norm_eps

  static void weights(auto& self, int channels, auto&& visit) {
    visit("weight", self.weight, Shape{channels});
  }

  void forward(B& on, In<B, T, 2> x, Out<B, T, 2> out) const { rms_norm(on, x, weight, eps, out); }
};

}  // namespace qwen3vl
