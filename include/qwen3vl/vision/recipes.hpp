#pragma once

#include <qwen3vl/nn/layer_norm.hpp>
#include <qwen3vl/nn/mlp.hpp>
#include <qwen3vl/nn/rms_norm.hpp>
#include <qwen3vl/nn/swiglu.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/quick_gelu.hpp>
#include <qwen3vl/ops/mask/full.hpp>
#include <qwen3vl/ops/rope/axial_2d.hpp>

namespace qwen3vl {

template <Backend B, Element T, class Recipe> struct DeepStack;  // vision/fusion.hpp

/// The choices that make Qwen3-VL's vision tower, by name. To vary one, derive and replace it.
struct Qwen3Vision {
  using RoPE = Axial2D;
  using Mask = FullMask;                           // within a frame
  static constexpr bool patch_bias = true;         // the patch embedding has a bias
  static constexpr bool learned_positions = true;  // a table stretched over the image, besides RoPE
  static constexpr bool windowed = false;          // most blocks look no further than a window
  static constexpr const char* merger_norm = "norm";
  static constexpr bool qkv_per_head =
      false;                                // rows of the fused projection: q, k, v of all heads, not of each
  static constexpr bool rotates = true;     // q and k, by RoPE
  static constexpr bool post_norm = false;  // the norms stand behind the residual sums, not before
  template <Backend B, Element T> using Norm = LayerNorm<B, T>;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, GeluTanh>;
  template <Backend B, Element T>
  using MergerMLP = qwen3vl::MLP<B, T, GeluErf>;  // erf, not tanh: in the mergers of every generation
  template <Backend B, Element T, class Recipe> using Fusion = DeepStack<B, T, Recipe>;  // of tapped blocks
};

/// The merger's layers as Qwen2-VL and Qwen2.5-VL number them.
struct MlpIndexNames {
  static constexpr const char *first = "mlp.0", *second = "mlp.2";
};

/// The tower of Qwen2.5-VL. Which blocks see the whole frame is config.json's fullatt_block_indexes.
struct Qwen2_5Vision : Qwen3Vision {
  static constexpr bool patch_bias = false, learned_positions = false, windowed = true;
  static constexpr const char* merger_norm = "ln_q";
  template <Backend B, Element T> using Norm = RMSNorm<B, T>;
  template <Backend B, Element T> using MLP = BiasedSwiGLU<B, T>;
  template <Backend B, Element T> using MergerMLP = qwen3vl::MLP<B, T, GeluErf, MlpIndexNames>;
};

/// The layers of a block's MLP as Qwen2-VL calls them.
struct FcNames {
  static constexpr const char *first = "fc1", *second = "fc2";
};

/// The tower of Qwen2-VL: every block sees the whole frame.
struct Qwen2Vision : Qwen2_5Vision {
  static constexpr bool windowed = false;
  template <Backend B, Element T> using Norm = LayerNorm<B, T>;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, QuickGelu, FcNames>;
};

}  // namespace qwen3vl
