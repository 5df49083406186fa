#pragma once

#include <qwen3vl/nn/layer_norm.hpp>
#include <qwen3vl/nn/mlp.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/mask/full.hpp>
#include <qwen3vl/ops/rope/axial_2d.hpp>

namespace qwen3vl {

/// The choices that make Qwen3-VL's vision tower, by name. To vary one, derive and replace it.
struct Qwen3Vision {
  using RoPE = Axial2D;
  using Mask = FullMask;                           // within a frame
  static constexpr bool patch_bias = true;         // the patch embedding has a bias
  static constexpr bool learned_positions = true;  // a table stretched over the image, besides RoPE
  template <Backend B, Element T> using Norm = LayerNorm<B, T>;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, GeluTanh>;
  template <Backend B, Element T>
  using MergerMLP = qwen3vl::MLP<B, T, GeluErf>;  // erf, not tanh: in the mergers of every generation
};

}  // namespace qwen3vl
