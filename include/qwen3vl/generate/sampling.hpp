#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/generate/candidates.hpp>
#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/generate/min_p.hpp>
#include <qwen3vl/generate/penalties.hpp>
#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/generate/sampling_options.hpp>
#include <qwen3vl/generate/token_history.hpp>
#include <qwen3vl/generate/top_k.hpp>
#include <qwen3vl/generate/top_p.hpp>

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
      : options_(checked(options)), vocab_size_(vocab_size), history_(vocab_size), random_(options.seed) {
    const auto most = static_cast<std::size_t>(vocab_size);
    if (options.penalises()) scores_.resize(most);
    if (options.greedy()) return;
    candidates_.reserve(most);
    if (options.top_k > 0) selected_.reserve(most);
    if (options.top_p < 1) sorted_.reserve(most);
  }

  /// A new answer: forgets the tokens of the last one. `prompt` is all that the model has read so far,
  /// earlier turns included. The random numbers go on where they are.
  void start(std::span<const std::int32_t> prompt) {
    history_.clear();
    history_.add_prompt(prompt);
  }

  /// logits : [vocab_size], for the token to come
  std::int32_t operator()(std::span<const float> logits) {
    if (logits.size() != static_cast<std::size_t>(vocab_size_))
      throw Error("Sampling",
                  std::to_string(logits.size()) + " logits, should be " + std::to_string(vocab_size_));
    const std::int32_t id = choose(penalised(possible(logits)));
    history_.add_generated(id);
    return id;
  }

  const SamplingOptions& options() const { return options_; }

 private:
  static const SamplingOptions& checked(const SamplingOptions& options) {
    expect_valid(options);
    return options;
  }

  std::span<const float> possible(std::span<const float> logits) const {
    const auto below = static_cast<std::size_t>(options_.choose_below);
    return below == 0 || below > logits.size() ? logits : logits.first(below);
  }

  std::span<const float> penalised(std::span<const float> logits) {
    if (!options_.penalises()) return logits;
    const std::span<float> scores = std::span(scores_).first(logits.size());
    std::copy(logits.begin(), logits.end(), scores.begin());
    if (options_.repetition_penalty != 1)
      repetition_penalty(scores, history_, static_cast<float>(options_.repetition_penalty));
    if (options_.presence_penalty != 0 || options_.frequency_penalty != 0)
      presence_and_frequency_penalty(scores, history_, static_cast<float>(options_.presence_penalty),
                                     static_cast<float>(options_.frequency_penalty));
    return scores;
  }

  std::int32_t choose(std::span<const float> scores) {
    const std::int32_t best = argmax(scores);
    if (options_.greedy()) return best;
    take_top_k(scores, options_.top_k, selected_, candidates_);
    weigh(candidates_, scores[static_cast<std::size_t>(best)], options_.temperature);
    keep_top_p(candidates_, options_.top_p, sorted_);
    keep_min_p(candidates_, options_.min_p);
    return draw(candidates_, random_.uniform());
  }

  SamplingOptions options_;
  std::int32_t vocab_size_;
  TokenHistory history_;
  Random random_;
  std::vector<float> scores_, selected_;
  std::vector<Candidate> candidates_, sorted_;
};
static_assert(Sampler<Sampling>);

}  // namespace qwen3vl
