#pragma once

#include <concepts>

#include <qwen3vl/core/annotations.hpp>

/// Activations. A policy answers one question: what becomes of one number?
///
///   gelu_tanh.hpp    x/2 · (1 + tanh(√(2/π)·(x + 0.044715 x³)))   Qwen3-VL, ViT blocks
///   gelu_erf.hpp     x/2 · (1 + erf(x/√2))                        every merger
///   quick_gelu.hpp   x · σ(1.702 x)                               Qwen2-VL, ViT blocks
///   silu.hpp         x · σ(x)                                     every decoder; Qwen2.5-VL, ViT blocks
///   relu.hpp         max(0, x)                                    the classical baseline
///
/// The GELUs differ by 5·10⁻⁴ at most: enough to spoil an answer, too little to notice.
namespace qwen3vl {

template <class A>
concept Activation = std::copyable<A> && requires(const A act, float x) {
  { act(x) } -> std::same_as<float>;
};

}  // namespace qwen3vl
