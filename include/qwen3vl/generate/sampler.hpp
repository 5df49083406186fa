#pragma once

#include <concepts>
#include <cstdint>
#include <span>

/// Choosing the next token. A sampler answers one question, *which token?*, given the scores of all:
///
///   greedy.hpp     the highest score
///   sampling.hpp   penalties, temperature, a cut of the tail, and a draw; in the reference's order:
///
///     logits ─▶ repetition penalty ─▶ frequency and presence penalty      penalties.hpp
///            ─▶ temperature                                               candidates.hpp
///            ─▶ top-k ─▶ top-p ─▶ min-p                                   top_k.hpp, top_p.hpp, min_p.hpp
///            ─▶ softmax ─▶ draw                                           candidates.hpp
///
/// A function object of one's own that takes logits and returns an id is a sampler as well.
namespace qwen3vl {

/// logits : [vocab], unnormalised; the token with logits[i] has the id i.
template <class S>
concept Sampler = requires(S& sampler, std::span<const float> logits) {
  { sampler(logits) } -> std::convertible_to<std::int32_t>;
};

}  // namespace qwen3vl
