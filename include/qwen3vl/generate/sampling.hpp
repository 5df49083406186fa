#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <qwen3vl/generate/penalties.hpp>
#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/generate/sampler.hpp>
#include <qwen3vl/generate/token_history.hpp>
#include <qwen3vl/ops/sampling/choose_token.hpp>

namespace qwen3vl {

/// A sampler with a memory: penalties, temperature, top-k, top-p, min-p and a draw, in this order.
///
///   Sampling sampling(options, vocab_size);
///   sampling.start(prompt_ids);                        // what repetition_penalty counts
///   const std::int32_t id = sampling(logits);          // chosen, and remembered
///
/// After construction nothing is allocated. With temperature 0 it is greedy after the penalties.
class Sampling {
 public:
  Sampling(const SamplingOptions& options, std::int32_t vocab_size)
      : options_(expect_valid(options)),
        vocab_size_(vocab_size),
        history_(vocab_size),
        random_(options.seed),
        lists_(options, static_cast<std::size_t>(vocab_size)) {}

  /// A new answer: forgets the tokens of the last one. `prompt` is all that the model has read so far,
  /// earlier turns included. The random numbers go on where they are.
  void start(std::span<const std::int32_t> prompt) {
    history_.clear();
    history_.add_prompt(prompt);
  }

  /// logits : [vocab_size], for the token to come
  std::int32_t operator()(std::span<const float> logits) {
    expect_logits(logits.size(), vocab_size_);
    const std::int32_t id = choose(penalised(possible(logits)));
    history_.add_generated(id);
    return id;
  }

  const SamplingOptions& options() const { return options_; }

 private:
  std::span<const float> possible(std::span<const float> logits) const {
    const auto below = static_cast<std::size_t>(options_.choose_below);
    return below == 0 || below > logits.size() ? logits : logits.first(below);
  }

  std::span<const float> penalised(std::span<const float> logits) {
    if (!options_.penalises()) return logits;
    const std::span<float> scores = std::span(lists_.scores).first(logits.size());
    std::copy(logits.begin(), logits.end(), scores.begin());
    if (options_.repetition_penalty != 1)
      repetition_penalty(scores, history_, static_cast<float>(options_.repetition_penalty));
    if (options_.presence_penalty != 0 || options_.frequency_penalty != 0)
      presence_and_frequency_penalty(scores, history_, static_cast<float>(options_.presence_penalty),
                                     static_cast<float>(options_.frequency_penalty));
    return scores;
  }

  std::int32_t choose(std::span<const float> scores) {
    const std::int32_t id = choose_token(scores, options_, options_.greedy() ? 0 : random_.uniform(), lists_);
    if (id < 0) refuse_scores(scores);
    return id;
  }

  SamplingOptions options_;
  std::int32_t vocab_size_;
  TokenHistory history_;
  Random random_;
  ChoiceLists lists_;
};
static_assert(Sampler<Sampling>);

}  // namespace qwen3vl
