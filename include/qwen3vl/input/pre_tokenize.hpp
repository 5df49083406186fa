#pragma once

#include <string>
#include <string_view>

#include <qwen3vl/input/pcre2.hpp>

/// The split before BPE: no token crosses a boundary between two pieces. From the left, each piece is
/// what the first alternative that matches takes:
///
///   (?i:'s|'t|'re|'ve|'m|'ll|'d)      a contraction, in either case
///   [^\r\n\p{L}\p{N}]?\p{L}+          letters, with at most one other character before them
///   \p{N}                             one digit
///    ?[^\s\p{L}\p{N}]+[\r\n]*         the rest (marks and punctuation), with a space and newlines
///   \s*[\r\n]+                        whitespace up to its last newline
///   \s+(?!\S)                         whitespace, but the last goes to the word that follows
///   \s+
///
///   "  two  spaces\n\nnext"  →  " "  " two"  " "  " spaces"  "\n\n"  "next"
///
/// Every character is in some alternative, so the pieces put together are the text.
namespace qwen3vl {

/// As tokenizer.json writes it (Qwen2 and Qwen3).
inline constexpr std::string_view split_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

/// The same for PCRE2, whose own \s has U+180E, which is not White_Space: every \s is spelled out.
inline std::string split_pattern_for_pcre2() {
  constexpr std::string_view white_space =
      R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
  std::string out;
  bool in_class = false;
  for (std::size_t i = 0; i < split_pattern.size(); ++i) {
    const char c = split_pattern[i];
    if (c == '\\' && (split_pattern[i + 1] == 's' || split_pattern[i + 1] == 'S')) {
      const bool negated = split_pattern[++i] == 'S';
      if (!in_class) out += negated ? "[^" : "[";
      out += white_space;
      if (!in_class) out += ']';
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    out += c;
  }
  return out;
}

/// Calls `piece(std::string_view)` for each piece of a valid UTF-8 text, from the left.
template <class Piece> void pre_tokenize(RegexMatcher& matcher, std::string_view text, Piece&& piece) {
  matcher.limit_for(text.size());
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = matcher.match_end(text, begin);
    if (end <= begin) throw Error("split text", "no piece begins at byte " + std::to_string(begin));
    piece(text.substr(begin, end - begin));
    begin = end;
  }
}

}  // namespace qwen3vl
