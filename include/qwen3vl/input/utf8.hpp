#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

/// UTF-8 as Unicode defines it (The Unicode Standard, table 3-7): no overlong forms, no surrogates,
/// nothing above U+10FFFF. Bytes that are not UTF-8 become U+FFFD, one for each maximal subpart
/// (§3.9), which is what Python's bytes.decode(errors="replace") and every browser does.
namespace qwen3vl {

/// What stands at the beginning of a text.
struct Utf8Unit {
  enum class Kind {
    character,  // `code`, in `bytes` bytes
    invalid,    // the maximal subpart of `bytes` bytes is no UTF-8 and never becomes it
    cut,        // the text ends inside a sequence that is valid so far
  } kind;
  int bytes;
  char32_t code;
};

/// `text` is not empty.
inline Utf8Unit next_utf8(std::string_view text) {
  using Kind = Utf8Unit::Kind;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {Kind::character, 1, lead};
  if (lead < 0xC2 || lead > 0xF4) return {Kind::invalid, 1, 0};
  const int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte alone decides overlong forms, surrogates and the upper end.
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t code = lead & (0x7Fu >> length);
  for (int i = 1; i < length; ++i, low = 0x80, high = 0xBF) {
    if (static_cast<std::size_t>(i) == text.size()) return {Kind::cut, i, 0};
    const unsigned next = byte(static_cast<std::size_t>(i));
    if (next < low || next > high) return {Kind::invalid, i, 0};
    code = code << 6 | (next & 0x3F);
  }
  return {Kind::character, length, code};
}

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

inline void append_utf8(std::string& out, char32_t code) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

/// How many bytes at the beginning are ASCII, eight at a time; up to seven fewer than there are.
inline std::size_t ascii_prefix(std::string_view text) {
  std::size_t i = 0;
  for (std::uint64_t eight; i + 8 <= text.size(); i += 8) {
    std::memcpy(&eight, text.data() + i, 8);
    if (eight & 0x8080808080808080u) break;
  }
  return i;
}

/// How many bytes at the beginning are UTF-8: text.size() when all are.
inline std::size_t valid_utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    i += ascii_prefix(text.substr(i));
    // A stretch of single steps, then the fast scan again.
    for (int step = 0; step < 8 && i < text.size(); ++step) {
      const Utf8Unit unit = next_utf8(text.substr(i));
      if (unit.kind != Utf8Unit::Kind::character) return i;
      i += static_cast<std::size_t>(unit.bytes);
    }
  }
  return i;
}

/// Bytes that arrive in pieces, to text that is valid after every piece. A sequence that is valid so
/// far is held back (at most 3 bytes) until it is complete, impossible, or flushed.
class Utf8Assembler {
 public:
  /// Appends to `out` all that is decided.
  void push(std::string_view bytes, std::string& out) {
    held_.append(bytes);
    std::string_view rest = held_;
    while (!rest.empty()) {
      if (const std::size_t valid = valid_utf8_prefix(rest)) {
        out.append(rest.substr(0, valid));
        rest.remove_prefix(valid);
        continue;
      }
      const Utf8Unit unit = next_utf8(rest);
      if (unit.kind == Utf8Unit::Kind::cut) break;
      out.append(replacement_character);
      rest.remove_prefix(static_cast<std::size_t>(unit.bytes));
    }
    held_.erase(0, held_.size() - rest.size());
  }

  /// No more bytes belong to this text: what is held is one cut sequence, so one U+FFFD.
  void flush(std::string& out) {
    if (!held_.empty()) out.append(replacement_character);
    held_.clear();
  }

 private:
  std::string held_;
};

/// The text with every maximal invalid subpart replaced by U+FFFD.
inline std::string repair_utf8(std::string_view bytes) {
  std::string out;
  Utf8Assembler assembler;
  assembler.push(bytes, out);
  assembler.flush(out);
  return out;
}

}  // namespace qwen3vl
