#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qwen3vl {

/// A name or value that came from a file, as a message prints it: in quotes, control characters as
/// '?', invalid UTF-8 as '?', and no longer than `most` bytes. A hostile file can then neither flood
/// the terminal nor steer it.
inline std::string in_quotes(std::string_view text, std::size_t most = 120) {
  std::string out = "\"";
  std::size_t i = 0;
  while (i < text.size() && i < most) {
    const unsigned char lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    bool valid = length != 0 && i + length <= text.size() && (length > 1 || (lead >= 0x20 && lead != 0x7f));
    for (std::size_t k = 1; valid && k < length; ++k)
      valid = (static_cast<unsigned char>(text[i + k]) & 0xc0) == 0x80;
    if (valid && lead == 0xc2) valid = static_cast<unsigned char>(text[i + 1]) >= 0xa0;  // C1 controls
    if (valid)
      out.append(text.substr(i, length));
    else
      out += '?';
    i += valid ? length : 1;
  }
  if (i < text.size()) out += "...";
  return out + '"';
}

}  // namespace qwen3vl
