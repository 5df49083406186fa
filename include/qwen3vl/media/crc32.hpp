#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace qwen3vl {

/// Tables of crc32(): table[k][byte] is the remainder of that byte followed by k zero bytes.
inline constexpr auto crc32_table = [] {
  std::array<std::array<std::uint32_t, 256>, 4> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = remainder >> 1 ^ (remainder & 1 ? 0xedb88320u : 0u);
    table[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < 4; ++k)
    for (std::size_t byte = 0; byte < 256; ++byte)
      table[k][byte] = table[k - 1][byte] >> 8 ^ table[0][table[k - 1][byte] & 0xff];
  return table;
}();

/// CRC-32 as in PNG and zip: polynomial 0x04c11db7 reflected, start and end inverted. Four bytes a step.
constexpr std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = ~0u;
  std::size_t i = 0;
  for (; i + 4 <= bytes.size(); i += 4) {
    sum ^= bytes[i] | std::uint32_t{bytes[i + 1]} << 8 | std::uint32_t{bytes[i + 2]} << 16 |
           std::uint32_t{bytes[i + 3]} << 24;
    sum = crc32_table[3][sum & 0xff] ^ crc32_table[2][sum >> 8 & 0xff] ^ crc32_table[1][sum >> 16 & 0xff] ^
          crc32_table[0][sum >> 24];
  }
  for (; i < bytes.size(); ++i) sum = sum >> 8 ^ crc32_table[0][(sum ^ bytes[i]) & 0xff];
  return ~sum;
}

}  // namespace qwen3vl
