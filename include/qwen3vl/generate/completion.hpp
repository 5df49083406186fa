#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/generate/stop_rules.hpp>
#include <qwen3vl/generate/stop_strings.hpp>

namespace qwen3vl {

/// Turns ids to text, one at a time, and appends what is certain; finish() appends what was held back.
/// input/streaming_decoder.hpp is one.
template <class D>
concept TextDecoder = requires(D decoder, std::int32_t id, std::string& out) {
  decoder.push(id, out);
  decoder.finish(out);
};

/// An answer in the making: ids, text, and why it ended.
///
///   id ─▶ stop id? ─▶ decoder ─▶ stop string? ─▶ text
///
///   Completion completion(StreamingDecoder(tokenizer, SpecialTokens::skip), rules);
///   while (!completion.finished()) std::cout << completion.push(next_id());
///
/// Text is valid UTF-8 after every token and never taken back. It belongs to the caller, so whatever
/// is thrown while generating, ids() and text() are what there was.
template <TextDecoder Decoder> class Completion {
 public:
  Completion(Decoder decoder, const StopRules& rules)
      : decoder_(std::move(decoder)), rules_(checked(rules)), stop_strings_(rules.stop_strings) {
    if (rules.max_new_tokens == 0) reason_ = StopReason::length;
  }

  /// Takes the token that the model chose; returns the text it adds, perhaps empty. The last token
  /// brings with it what was held back.
  std::string_view push(std::int32_t id) {
    if (finished()) throw Error("Completion", "the answer has ended, so it takes no more tokens");
    const std::size_t before = text_.size();
    ids_.push_back(id);
    const auto chosen = static_cast<std::int64_t>(ids_.size());
    if (std::find(rules_.stop_ids.begin(), rules_.stop_ids.end(), id) != rules_.stop_ids.end())
      end(StopReason::stop_id);
    else if (add_text_of(id))
      reason_ = StopReason::stop_string;
    else if (chosen >= rules_.max_new_tokens)
      end(StopReason::length);
    else if (chosen > rules_.context_room)
      end(StopReason::context_full);
    return std::string_view(text_).substr(before);
  }

  /// Ends the answer here; returns what was held back.
  std::string_view cancel() {
    const std::size_t before = text_.size();
    if (!finished()) end(StopReason::cancelled);
    return std::string_view(text_).substr(before);
  }

  bool finished() const { return reason_ != StopReason::none; }
  StopReason reason() const { return reason_; }
  /// All chosen tokens; the stop id, if one came, is the last.
  std::span<const std::int32_t> ids() const { return ids_; }
  const std::string& text() const { return text_; }

 private:
  static const StopRules& checked(const StopRules& rules) {
    if (rules.max_new_tokens < 0)
      throw Error("StopRules",
                  "max_new_tokens is " + std::to_string(rules.max_new_tokens) + ", should be 0 or more");
    if (rules.context_room < 0)
      throw Error("StopRules",
                  "context_room is " + std::to_string(rules.context_room) + ", should be 0 or more");
    return rules;
  }

  /// True when a stop string is complete.
  bool add_text_of(std::int32_t id) {
    decoded_.clear();
    decoder_.push(id, decoded_);
    std::string_view rest = decoded_;
    return stop_strings_.push(rest, text_);
  }
  /// Half a character at the end becomes U+FFFD, and that might complete a stop string, too.
  void end(StopReason reason) {
    decoded_.clear();
    decoder_.finish(decoded_);
    std::string_view rest = decoded_;
    const bool stopped = stop_strings_.push(rest, text_);
    if (!stopped) stop_strings_.finish(text_);
    reason_ = stopped ? StopReason::stop_string : reason;
  }

  Decoder decoder_;
  StopRules rules_;
  StopStrings stop_strings_;
  std::vector<std::int32_t> ids_;
  std::string text_, decoded_;
  StopReason reason_ = StopReason::none;
};

}  // namespace qwen3vl
