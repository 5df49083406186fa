#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qwen3vl {

/// The bytes [begin, end) of a text.
struct TextSpan {
  std::size_t begin, end;
  bool empty() const { return begin == end; }
};

/// Without the newlines at the beginning.
inline TextSpan without_leading_newlines(std::string_view text, TextSpan span) {
  while (span.begin < span.end && text[span.begin] == '\n') ++span.begin;
  return span;
}
inline TextSpan without_trailing_newlines(std::string_view text, TextSpan span) {
  while (span.begin < span.end && text[span.end - 1] == '\n') --span.end;
  return span;
}

struct ReasoningSpans {
  TextSpan reasoning, content;
};

/// How the Thinking template reads an assistant's text that has "</think>":
///
///   reasoning   before the first "</think>", after the last "<think>" therein
///   content     after the last "</think>"
///
/// without newlines around the first and before the second. Without "</think>" all is content.
inline ReasoningSpans find_reasoning(std::string_view text) {
  constexpr std::string_view open = "<think>", close = "</think>";
  const std::size_t first = text.find(close);
  if (first == text.npos) return {{0, 0}, {0, text.size()}};
  TextSpan reasoning = without_trailing_newlines(text, {0, first});
  const std::size_t begin = text.substr(0, reasoning.end).rfind(open);
  if (begin != text.npos) reasoning.begin = begin + open.size();
  const TextSpan content{text.rfind(close) + close.size(), text.size()};
  return {without_leading_newlines(text, reasoning), without_leading_newlines(text, content)};
}

/// The output of a Thinking model. Its prompt ends inside the thinking block, so the text begins with
/// reasoning and has the closing tag alone. `finished` is false when even that is missing.
struct ThinkingOutput {
  std::string_view reasoning, answer;
  bool finished;
};

/// Everything up to "</think>" is reasoning; one blank line after the tag is dropped.
inline ThinkingOutput split_thinking_output(std::string_view text) {
  constexpr std::string_view close = "</think>", blank = "\n\n";
  const std::size_t end = text.find(close);
  if (end == text.npos) return {text, {}, false};
  std::string_view answer = text.substr(end + close.size());
  if (answer.starts_with(blank)) answer.remove_prefix(blank.size());
  return {text.substr(0, end), answer, true};
}

}  // namespace qwen3vl
