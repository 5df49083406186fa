#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/host_copy.hpp>
#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/generate/sampler.hpp>
#include <qwen3vl/generate/token_history.hpp>
#include <qwen3vl/ops/choose.hpp>
#include <qwen3vl/ops/sampling/argmax.hpp>
#include <qwen3vl/ops/sampling/penalised.hpp>

namespace qwen3vl {

/// Sampling where the logits are: the same steps, numbers and refusals, but that of a device's logits only the token
/// comes to the host. What penalties count is kept there, too.
///
///   SamplingOn sampling(on, options, vocab_size);
///   sampling.start(prompt_ids);
///   const std::int32_t id = sampling(session.read_in_place(inputs)[0]);
///
/// The same seed gives the same tokens as Sampling does, but for what ops/choose.hpp says of rounding. After
/// construction nothing is allocated.
template <Backend B> class SamplingOn {
 public:
  using Space = typename B::Space;
  using Logits = View<const float, 1, Space>;

  SamplingOn(B& on, const SamplingOptions& options, std::int32_t vocab_size)
      : on_(on),
        options_(expect_valid(options)),
        vocab_size_(vocab_size),
        history_(vocab_size),
        random_(options.seed),
        choice_(on, options, vocab_size),
        memory_(on, id_bytes + (options.penalises() ? std::size_t(vocab_size) * sizeof(int) : 0)) {
    if (options.penalises()) uses_.resize(std::size_t(vocab_size));
    bring_uses();
  }

  /// A new answer: forgets the tokens of the last one. `prompt` is all that the model has read so far,
  /// earlier turns included. The random numbers go on where they are.
  void start(std::span<const std::int32_t> prompt) {
    history_.clear();
    history_.add_prompt(prompt);
    bring_uses();
  }

  /// logits : [vocab_size], for the token to come
  std::int32_t operator()(Logits logits) {
    expect_logits(static_cast<std::size_t>(logits.shape[0]), vocab_size_);
    const std::int32_t below = options_.choose_below;
    if (below > 0 && below < vocab_size_) logits = logits.rows(0, below);
    const View<int, 1, Space> chosen(reinterpret_cast<int*>(memory_.data()), {1});
    choose(on_, choice_, logits, options_, options_.greedy() ? 0 : random_.uniform(), uses(), chosen);
    int id = 0;
    on_.copy_out(&id, chosen.data, sizeof id);
    if (id < 0) refuse(logits);
    return id;
  }

  const SamplingOptions& options() const { return options_; }

 private:
  static constexpr std::size_t id_bytes = 256;

  View<int, 1, Space> uses() const {
    return {reinterpret_cast<int*>(memory_.data() + id_bytes), {static_cast<std::int64_t>(uses_.size())}};
  }
  /// The prompt's, as the host counts them; the answer's are counted where they are chosen.
  void bring_uses() {
    if (uses_.empty()) return;
    std::fill(uses_.begin(), uses_.end(), 0);
    for (const std::int32_t id : history_.distinct()) uses_[static_cast<std::size_t>(id)] = 1;
    on_.copy_in(uses().data, uses_.data(), uses_.size() * sizeof(int));
  }

  [[noreturn]] void refuse(Logits logits) {
    const auto there = copy_to_host(on_, logits);
    std::vector<float> scores(there.view.data, there.view.data + there.view.size());
    if (!uses_.empty()) {
      const auto used = copy_to_host(on_, uses());
      for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = penalised(scores[i], used.view.data[i], options_);
    }
    refuse_scores(scores);
  }

  B& on_;
  SamplingOptions options_;
  std::int32_t vocab_size_;
  TokenHistory history_;
  Random random_;
  ChoiceMemory<B> choice_;
  Buffer<B> memory_;       // the chosen id, uses
  std::vector<int> uses_;  // at the start of the answer; empty where nothing is penalised
};

}  // namespace qwen3vl
