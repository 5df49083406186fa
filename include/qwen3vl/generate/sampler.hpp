#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <qwen3vl/core/error.hpp>

/// Choosing the next token. A sampler answers one question, *which token?*, given the scores of all:
///
///   greedy.hpp     the highest score
///   sampling.hpp   penalties, temperature, a cut of the tail, and a draw; in the reference's order:
///
///     logits ─▶ repetition penalty ─▶ frequency and presence penalty      ops/sampling/penalised.hpp
///            ─▶ temperature                                               ops/sampling/candidates.hpp
///            ─▶ top-k ─▶ top-p ─▶ min-p                                   top_k.hpp, top_p.hpp, min_p.hpp there
///            ─▶ softmax ─▶ draw                                           ops/sampling/candidates.hpp
///
///   greedy_on.hpp, sampling_on.hpp   the same where the logits are: on a device only the token leaves it
///
/// A function object of one's own that takes logits and returns an id is a sampler as well.
namespace qwen3vl {

/// logits : [vocab], unnormalised; the token with logits[i] has the id i. A span of the host's, or the view of a backend.
template <class S, class Logits = std::span<const float>>
concept Sampler = requires(S& sampler, Logits logits) {
  { sampler(logits) } -> std::convertible_to<std::int32_t>;
};

/// Throws unless the logits are those of all tokens.
inline void expect_logits(std::size_t count, std::int32_t vocab_size) {
  if (count != static_cast<std::size_t>(vocab_size))
    throw Error("Sampling", std::to_string(count) + " logits, should be " + std::to_string(vocab_size));
}

}  // namespace qwen3vl
