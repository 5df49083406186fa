#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/rope/rope.hpp>

/// The cosines and sines of a step, computed once and shared by all layers:
///
///   cosine[t, i] = round_C( cos(rope.angle(positions[t], i)) · scaling ),   sine likewise
///
///   positions : [tokens]     cosine, sine : [tokens, pairs]
///
/// Angles are float: a position of 200 000 means nothing in bf16. C, the type of the table, also is
/// the type in which rotate() works: the text decoder's is the model's, the vision tower's is float.
namespace qwen3vl {

template <class B> struct RopeTableKernel {  // specialised once per backend: cpu/rope.hpp, cuda/rope.cuh
  static_assert(
      has_kernel<B>,
      "rope_table has no kernel for this backend: include <qwen3vl/cpu/rope.hpp> or <qwen3vl/cuda/rope.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, RoPE R, Element C>
void rope_table(B& on, R rope, In<B, Position, 1> positions, Out<B, C, 2> cosine, Out<B, C, 2> sine) {
  expect_shape("rope_table", "cosine", cosine, {positions.shape[0], rope.pairs()});
  expect_shape("rope_table", "sine", sine, {positions.shape[0], rope.pairs()});
  RopeTableKernel<KernelsOf<B>>::run(on, rope, positions, cosine, sine);
}

}  // namespace qwen3vl
