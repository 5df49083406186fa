#pragma once

#include <qwen3vl/core/annotations.hpp>
#include <qwen3vl/ops/sampling/sampling_options.hpp>

/// Penalties lower the score l of a token that has been there. In float, and in this order:
///
///   repetition  (Keskar et al. 2019, §4.1), for tokens of prompt and answer, once however often they came:
///
///     l ← l / r   if l > 0,      l ← l · r   otherwise           r = 1 changes nothing
///
///   presence and frequency, for tokens of the answer, chosen n times; a prompt has no part in it:
///
///     l ← l − ( presence + frequency · n )
namespace qwen3vl {

QWEN3VL_HD inline float after_repetition(float score, float r) {
  return score > 0 ? score / r : rounded_product(score, r);
}

QWEN3VL_HD inline float after_presence(float score, float presence, float frequency, float n) {
  return score - (presence + rounded_product(frequency, n));
}

/// `uses` of a token: 0 if it has not been there, else 1 + how often it was chosen.
QWEN3VL_HD inline float penalised(float score, int uses, const SamplingOptions& options) {
  if (uses > 0 && options.repetition_penalty != 1)
    score = after_repetition(score, static_cast<float>(options.repetition_penalty));
  if (uses > 1 && (options.presence_penalty != 0 || options.frequency_penalty != 0))
    score = after_presence(score, static_cast<float>(options.presence_penalty),
                           static_cast<float>(options.frequency_penalty), static_cast<float>(uses - 1));
  return score;
}

/// `uses` after the token was chosen once more.
QWEN3VL_HD constexpr int used_again(int uses) { return uses > 0 ? uses + 1 : 2; }

}  // namespace qwen3vl
