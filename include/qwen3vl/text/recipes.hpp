#pragma once

#include <qwen3vl/nn/rms_norm.hpp>
#include <qwen3vl/nn/swiglu.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope/scaled.hpp>

namespace qwen3vl {

/// The choices that make a Qwen3-VL decoder, by name. To vary one, derive and replace it:
///
///   struct Qwen3WithoutPositions : Qwen3 { using RoPE = NoRotation; };
struct Qwen3 {
  using RoPE = ScaledRoPE<MRoPEInterleaved>;  // config.json may ask for YaRN
  using Mask = CausalMask;
  static constexpr bool qk_norm = true;  // RMSNorm of every head of q and k, before RoPE
  static constexpr bool qkv_bias = false;
  template <Backend B, Element T> using Norm = RMSNorm<B, T>;
  template <Backend B, Element T> using MLP = SwiGLU<B, T>;
};

}  // namespace qwen3vl
