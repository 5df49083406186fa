#pragma once

#include <cstddef>
#include <span>

#include <qwen3vl/generate/token_history.hpp>
#include <qwen3vl/ops/sampling/penalised.hpp>

/// Penalties lower the scores of tokens that have been there. They work in place, on logits.
///
///   scores : [vocab]; ids of the history beyond its end are passed over
namespace qwen3vl {

/// For every id of prompt and answer, once however often it came (Keskar et al. 2019, §4.1):
///
///   l ← l / r   if l > 0,      l ← l · r   otherwise           r = 1 changes nothing
///
/// It counts the prompt's placeholders and <|im_end|> as well.
inline void repetition_penalty(std::span<float> scores, const TokenHistory& history, float r) {
  for (const std::int32_t id : history.distinct()) {
    const auto i = static_cast<std::size_t>(id);
    if (i < scores.size()) scores[i] = after_repetition(scores[i], r);
  }
}

/// For every id of the answer, chosen n times; a prompt has no part in it, nor has the reference's own
/// loop (servers do so):
///
///   l ← l − presence − frequency · n
inline void presence_and_frequency_penalty(std::span<float> scores, const TokenHistory& history,
                                           float presence, float frequency) {
  for (const std::int32_t id : history.distinct()) {
    const auto i = static_cast<std::size_t>(id);
    const std::uint32_t n = history.generated(id);
    if (n > 0 && i < scores.size())
      scores[i] = after_presence(scores[i], presence, frequency, static_cast<float>(n));
  }
}

}  // namespace qwen3vl
