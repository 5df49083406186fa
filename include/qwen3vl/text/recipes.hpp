#pragma once

#include <qwen3vl/nn/rms_norm.hpp>
#include <qwen3vl/nn/sparse_or_dense.hpp>
#include <qwen3vl/nn/swiglu.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/rope/mrope_chunked.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope/scaled.hpp>
#include <qwen3vl/ops/rope/standard.hpp>
#include <qwen3vl/ops/scale_queries.hpp>

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

/// The decoder of Qwen3-VL-30B-A3B and -235B-A22B, which have experts in every layer.
struct Qwen3MoE : Qwen3 {
  template <Backend B, Element T> using MLP = SparseOrDense<B, T>;
};

/// The decoder of the first Qwen-VL, Qwen-7B: RoPE on one axis whose theta grows with the length, log-n attention.
struct Qwen1 : Qwen3 {
  using RoPE = DynamicNTK<StandardRoPE, SteppedGrowth>;
  using QueryScale = LogNScale;
  static constexpr bool qk_norm = false, qkv_bias = true;
};

/// The decoder of Qwen2-VL and Qwen2.5-VL.
struct Qwen2 : Qwen3 {
  using RoPE = ScaledRoPE<MRoPEChunked>;
  static constexpr bool qk_norm = false, qkv_bias = true;
};

}  // namespace qwen3vl
