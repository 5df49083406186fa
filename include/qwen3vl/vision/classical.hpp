#pragma once

#include <qwen3vl/ops/activation/relu.hpp>
#include <qwen3vl/vision/vision_block.hpp>

namespace qwen3vl {

/// The encoder layer of "Attention is all you need" (Vaswani et al. 2017, §3.1), to be read beside the towers:
/// the norm stands behind the sum, the MLP's activation is ReLU, and positions are added to the input
/// (ops/sinusoidal.hpp), so nothing rotates. Of no Qwen model.
///
///   x ← norm1(x + attn(x));   x ← norm2(x + mlp(x))
struct Classical : Qwen3Vision {
  static constexpr bool post_norm = true, rotates = false, learned_positions = false;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, ReLU>;
};

}  // namespace qwen3vl
