#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

/// Which tokens have been in the prompt and the answer, and how often in the answer: what penalties
/// ask. Memory is 9 bytes for each token of the vocabulary, reserved once.
class TokenHistory {
 public:
  explicit TokenHistory(std::int32_t vocab_size)
      : seen_(checked(vocab_size)), generated_(checked(vocab_size)) {
    distinct_.reserve(checked(vocab_size));
  }

  /// Tokens that the model read: every id of the prompt, placeholders and control tokens included.
  void add_prompt(std::span<const std::int32_t> ids) {
    for (const std::int32_t id : ids) see(id);
  }
  /// A token that the model chose.
  void add_generated(std::int32_t id) {
    see(id);
    ++generated_[static_cast<std::size_t>(id)];
  }
  void clear() {
    for (const std::int32_t id : distinct_) {
      seen_[static_cast<std::size_t>(id)] = 0;
      generated_[static_cast<std::size_t>(id)] = 0;
    }
    distinct_.clear();
  }

  /// Every id of prompt and answer, once, in order of appearance.
  std::span<const std::int32_t> distinct() const { return distinct_; }
  /// How often the id was chosen.
  std::uint32_t generated(std::int32_t id) const { return generated_[static_cast<std::size_t>(id)]; }

 private:
  static std::size_t checked(std::int32_t vocab_size) {
    if (vocab_size < 1)
      throw Error("TokenHistory", "a vocabulary of " + std::to_string(vocab_size) + " tokens");
    return static_cast<std::size_t>(vocab_size);
  }
  void see(std::int32_t id) {
    if (id < 0 || static_cast<std::size_t>(id) >= seen_.size())
      throw Error("TokenHistory", "the token id " + std::to_string(id) + " is not in the vocabulary of " +
                                      std::to_string(seen_.size()));
    std::uint8_t& seen = seen_[static_cast<std::size_t>(id)];
    if (!seen) distinct_.push_back(id);
    seen = 1;
  }

  std::vector<std::uint8_t> seen_;
  std::vector<std::uint32_t> generated_;
  std::vector<std::int32_t> distinct_;
};

}  // namespace qwen3vl
