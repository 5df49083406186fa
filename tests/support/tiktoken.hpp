#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qwen3vl::test {

/// A line of qwen.tiktoken.
inline std::string tiktoken_line(std::string_view token, int rank) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string line;
  for (std::size_t i = 0; i < token.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < token.size() ? static_cast<unsigned char>(token[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      line += i + k <= token.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
  }
  return line + ' ' + std::to_string(rank) + '\n';
}

}  // namespace qwen3vl::test
