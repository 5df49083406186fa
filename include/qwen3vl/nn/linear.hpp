#pragma once

#include <qwen3vl/nn/weight_list.hpp>
#include <qwen3vl/ops/linear.hpp>

namespace qwen3vl {

/// A linear layer: out = x·weightᵀ + bias.        x : [tokens, in]   out : [tokens, out]
template <Backend B, Element T> struct Linear {
  View<const T, 2, typename B::Space> weight;  // [out, in]
  View<const T, 1, typename B::Space> bias;    // [out], or empty: none

  static void weights(auto& self, int in, int out, bool biased, auto&& visit) {
    visit("weight", self.weight, Shape{out, in});
    if (biased) visit("bias", self.bias, Shape{out});
  }

  std::int64_t in() const { return weight.shape[1]; }
  std::int64_t out() const { return weight.shape[0]; }

  void forward(B& on, In<B, T, 2> x, Out<B, T, 2> out) const { linear(on, x, weight, bias, out); }
};

}  // namespace qwen3vl
