#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

/// Says which score is no number, or that none is possible.
[[noreturn]] inline void refuse_scores(std::span<const float> scores) {
  if (scores.empty()) throw Error("sampler", "there are no logits");
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (!(scores[i] < std::numeric_limits<float>::infinity()))
      throw Error(
          "sampler",
          "the logit of token " + std::to_string(i) + " is " + (scores[i] > 0 ? "infinite" : "not a number"),
          "damaged weights, or numbers too large for the element type?");
  throw Error("sampler", "every logit is minus infinity, so no token is possible");
}

/// The index of the largest score, the lowest one on ties. A score may be −∞ (an impossible token); −1
/// where there is a NaN or +∞ among the scores, and where all are −∞.
inline std::int32_t find_largest(std::span<const float> scores) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  constexpr std::size_t lanes = 16;  // independent, so that the compiler can use vectors
  float largest[lanes];
  int refused[lanes] = {};
  for (float& lane : largest) lane = -infinity;

  std::size_t i = 0;
  for (; i + lanes <= scores.size(); i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const float score = scores[i + lane];
      largest[lane] = score > largest[lane] ? score : largest[lane];
      refused[lane] |= !(score < infinity);
    }
  for (; i < scores.size(); ++i) {
    largest[0] = scores[i] > largest[0] ? scores[i] : largest[0];
    refused[0] |= !(scores[i] < infinity);
  }
  for (std::size_t lane = 1; lane < lanes; ++lane) {
    largest[0] = largest[lane] > largest[0] ? largest[lane] : largest[0];
    refused[0] |= refused[lane];
  }
  if (refused[0] || largest[0] == -infinity) return -1;

  std::size_t best = 0;
  while (scores[best] != largest[0]) ++best;
  return static_cast<std::int32_t>(best);
}

/// The same; NaN, +∞ and scores that are all −∞ throw Error.
inline std::int32_t argmax(std::span<const float> scores) {
  const std::int32_t best = find_largest(scores);
  if (best < 0) refuse_scores(scores);
  return best;
}

}  // namespace qwen3vl
