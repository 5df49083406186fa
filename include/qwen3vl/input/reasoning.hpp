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

}  // namespace qwen3vl
