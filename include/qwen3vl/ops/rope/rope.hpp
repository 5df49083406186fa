#pragma once

#include <concepts>
#include <cstdint>

#include <qwen3vl/core/annotations.hpp>
#include <qwen3vl/core/grid.hpp>

/// Rotary position embeddings. A head is head_dim / 2 pairs (x[i], x[i + head_dim/2]); RoPE turns
/// pair i of a token at position p by angle(p, i):
///
///   (u, v) ← (u·cos a − v·sin a,  v·cos a + u·sin a),    a = rope.angle(p, i)   [radians]
///
/// A policy answers one question, *by which angle?* Rotating is rotate()'s work.
///
///   standard.hpp            one axis                          Su et al. 2021, §3.2
///   mrope_interleaved.hpp   t, h, w take turns                Qwen3-VL, text
///   mrope_chunked.hpp       t, h, w in three runs             Qwen2-VL and Qwen2.5-VL, text
///   axial_2d.hpp            rows, then columns                every vision tower since Qwen2-VL
///   mrope_partitioned.hpp   t, h, w in three runs, neighbours are pairs       an article variant
///
/// Over any of them, for more tokens than a model was trained with:
///
///   yarn.hpp   linear_scaling.hpp   dynamic_ntk.hpp   scaled.hpp: whichever config.json names
///
/// "Interleaved" speaks of the axes along the pairs; the two halves of a pair are always head_dim/2
/// apart. A policy may also have scaling(): cosine and sine are multiplied by it (YaRN); and
/// at_length(n): the policy for a step after which n positions are taken (dynamic NTK), with depends_on_length()
/// where that is not always another one.
namespace qwen3vl {

template <class R>
concept RoPE = std::copyable<R> && requires(const R rope, Position at, int pair) {
  { rope.pairs() } -> std::same_as<int>;
  { rope.angle(at, pair) } -> std::same_as<float>;
};

/// What cosine and sine are multiplied by: rope.scaling() where the policy has one, else 1.
template <class R> QWEN3VL_HD float rope_scaling(const R& rope) {
  if constexpr (requires { rope.scaling(); })
    return rope.scaling();
  else
    return 1.0f;
}

/// The policy for a step after which positions 0 … length − 1 are taken: rope.at_length(length) where it has one.
template <class R> R rope_at_length(const R& rope, std::int64_t length) {
  if constexpr (requires { rope.at_length(length); })
    return rope.at_length(length);
  else
    return rope;
}

/// Does at_length() change the angles? It is so where a policy has it, unless depends_on_length() says no.
template <class R> bool rope_depends_on_length(const R& rope) {
  if constexpr (requires { rope.depends_on_length(); })
    return rope.depends_on_length();
  else
    return requires { rope.at_length(std::int64_t{}); };
}

/// Are the pairs neighbours, (x[2i], x[2i + 1])? Only where the policy says `adjacent_pairs`; then
/// rotate_adjacent() does the work.
template <class R> constexpr bool has_adjacent_pairs() {
  if constexpr (requires { R::adjacent_pairs; })
    return R::adjacent_pairs;
  else
    return false;
}

/// The RoPE of a model, from its config: R::from(config) where the policy has it, else R{head_dim}.
template <class R, class Config> R make_rope(const Config& config) {
  if constexpr (requires { R::from(config); })
    return R::from(config);
  else
    return R{config.head_dim};
}

}  // namespace qwen3vl
