#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/input/utf8.hpp>
#include <qwen3vl/input/utf8proc.hpp>

/// Unicode normal form C: "e" + U+0301 becomes "é"; the ligature "ﬁ" stays (that would be NFKC).
namespace qwen3vl {

/// True for a character that NFC neither changes nor joins to what stands before it. The list is short
/// on purpose: ASCII and Latin, Cyrillic, kana, CJK, Hangul syllables, common punctuation, emoji.
constexpr bool is_settled(char32_t code) {
  if (code < 0x300) return true;   // every mark is above
  if (code < 0x400) return false;  // combining marks, Greek with its doubles
  if (code < 0x483) return true;   // Cyrillic
  if (code < 0x2010) return false;
  if (code < 0x2028) return true;  // dashes, quotes, ellipsis
  if (code < 0x3001) return false;
  if (code < 0x302A) return true;                    // CJK punctuation
  if (code >= 0x3041 && code < 0x3097) return true;  // hiragana
  if (code >= 0x30A1 && code < 0x30FB) return true;  // katakana
  if (code >= 0x4E00 && code < 0xA000) return true;  // CJK unified ideographs
  if (code >= 0xAC00 && code < 0xD7A4) return true;  // Hangul syllables
  if (code >= 0xFF01 && code < 0xFF61) return true;  // full-width forms
  return code >= 0x1F300 && code < 0x1FB00;          // emoji
}

/// Returns the NFC form of a valid UTF-8 text: `text` itself where that is already certain after one
/// scan, else a view of `buffer`. Only the stretches around unsettled characters are recomposed.
inline std::string_view to_nfc(std::string_view text, std::string& buffer) {
  std::vector<std::int32_t> scratch;
  std::size_t copied = 0;   // text before this is in `buffer`, in NFC
  std::size_t settled = 0;  // where the last settled character begins
  bool changed = false;
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t ascii = ascii_prefix(text.substr(i))) {
      i += ascii;
      settled = i - 1;
      continue;
    }
    Utf8Unit unit = next_utf8(text.substr(i));
    if (is_settled(unit.code)) {
      settled = i;
      i += static_cast<std::size_t>(unit.bytes);
      continue;
    }
    // The stretch begins with the settled character before it: a mark may join it.
    std::size_t end = i;
    while (end < text.size() && !is_settled((unit = next_utf8(text.substr(end))).code))
      end += static_cast<std::size_t>(unit.bytes);
    const std::size_t begin = settled > copied ? settled : copied;
    if (!changed) buffer.clear();
    changed = true;
    buffer.append(text.substr(copied, begin - copied));
    append_composed(text.substr(begin, end - begin), scratch, buffer);
    copied = i = settled = end;
  }
  if (!changed) return text;
  buffer.append(text.substr(copied));
  return buffer;
}

}  // namespace qwen3vl
