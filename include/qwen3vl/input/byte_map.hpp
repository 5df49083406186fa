#pragma once

#include <array>
#include <string>
#include <string_view>

#include <qwen3vl/input/utf8.hpp>

/// The byte alphabet of byte-level BPE (GPT-2's bytes_to_unicode). Vocabulary files are text, so each
/// of the 256 bytes is written as one printable character, its symbol:
///
///   33..126, 161..172, 174..255   the character of the same number
///   the other 68, in order        U+0100, U+0101, …
///
///   ' ' is U+0120 "Ġ"   '\n' is U+010A "Ċ"   '\t' is U+0109   0 is U+0100
namespace qwen3vl {

struct ByteMap {
  std::array<char32_t, 256> symbol{};     // of a byte
  std::array<short, 256 + 68> byte_of{};  // of a symbol, -1 where there is none

  constexpr ByteMap() {
    byte_of.fill(-1);
    char32_t next = 256;
    for (int byte = 0; byte < 256; ++byte) {
      const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
      const char32_t code = printable ? static_cast<char32_t>(byte) : next++;
      symbol[static_cast<std::size_t>(byte)] = code;
      byte_of[code] = static_cast<short>(byte);
    }
  }

  /// The symbol as the vocabulary file writes it.
  std::string text_of(unsigned char byte) const {
    std::string out;
    append_utf8(out, symbol[byte]);
    return out;
  }

  /// Symbols to bytes, appended to `out`. A text with any other character is no token of this
  /// alphabet: it stands for itself, byte by byte.
  void append_bytes(std::string_view symbols, std::string& out) const {
    const std::size_t begin = out.size();
    for (std::string_view rest = symbols; !rest.empty();) {
      const Utf8Unit unit = next_utf8(rest);
      const short byte = unit.kind == Utf8Unit::Kind::character && unit.code < byte_of.size()
                             ? byte_of[unit.code]
                             : short(-1);
      if (byte < 0) {
        out.resize(begin);
        out.append(symbols);
        return;
      }
      out += static_cast<char>(byte);
      rest.remove_prefix(static_cast<std::size_t>(unit.bytes));
    }
  }
};

inline constexpr ByteMap byte_map{};

}  // namespace qwen3vl
