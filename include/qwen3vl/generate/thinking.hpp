#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <qwen3vl/generate/stop_strings.hpp>

namespace qwen3vl {

/// What a Thinking model wrote, in two parts.
struct Thoughts {
  std::string reasoning, answer;
};

/// Parts the output of a Thinking model, as it streams. The prompt has opened the block (<think>), so
/// the output begins inside:
///
///   reasoning </think> \n\n answer          one "\n\n" after the tag is dropped, if it is there
///
/// Without the tag all is reasoning: the answer was cut before it began.
class ThinkingSplitter {
 public:
  /// Appends to `to` what is certain; the beginning of a tag or of the newlines is held back.
  void push(std::string_view text, Thoughts& to) {
    if (state_ == State::reasoning && end_.push(text, to.reasoning)) state_ = State::newlines;
    if (state_ == State::newlines) {
      while (newlines_ < 2 && text.starts_with('\n')) {
        text.remove_prefix(1);
        ++newlines_;
      }
      if (newlines_ < 2 && text.empty()) return;
      if (newlines_ == 1) to.answer += '\n';
      state_ = State::answer;
    }
    if (state_ == State::answer) to.answer.append(text);
  }

  /// The output has ended: appends what was held back.
  void finish(Thoughts& to) {
    end_.finish(to.reasoning);
    if (state_ == State::newlines && newlines_ == 1) to.answer += '\n';
    state_ = State::answer;
  }

  /// Has the tag not come yet?
  bool thinking() const { return state_ == State::reasoning; }

 private:
  enum class State { reasoning, newlines, answer } state_ = State::reasoning;
  StopStrings end_{{"</think>"}};
  int newlines_ = 0;  // after the tag, not handed on yet
};

/// The whole output at once.
inline Thoughts split_thinking(std::string_view output) {
  Thoughts parts;
  ThinkingSplitter splitter;
  splitter.push(output, parts);
  splitter.finish(parts);
  return parts;
}

}  // namespace qwen3vl
