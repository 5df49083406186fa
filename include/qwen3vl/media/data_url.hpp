#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/source_limits.hpp>

/// data:[<type>][;base64],<data>   RFC 2397. The type is not looked at: the bytes say what they are.
namespace qwen3vl {

/// −1 unless `digit` is hexadecimal.
constexpr int hex_value(char digit) {
  return digit >= '0' && digit <= '9'   ? digit - '0'
         : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
         : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                        : -1;
}

/// "%20" → " ". `name` is for messages.
inline std::string percent_decode(std::string_view text, const std::string& name) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      throw Error(name, "% without two hexadecimal digits", "a literal % is written %25 in an address");
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

/// RFC 4648; white space is passed over, the padding may be missing. `name` is for messages.
inline std::vector<std::uint8_t> base64_decode(std::string_view text, const std::string& name) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int digits = 0;
  bool padded = false;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const int value = c >= 'A' && c <= 'Z'   ? c - 'A'
                      : c >= 'a' && c <= 'z' ? c - 'a' + 26
                      : c >= '0' && c <= '9' ? c - '0' + 52
                      : c == '+'             ? 62
                      : c == '/'             ? 63
                                             : -1;
    if (c == '=') {
      padded = true;
      continue;
    }
    if (value < 0 || padded) throw Error(name, "not base64", "letters, digits, + and /, then at most two =");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++digits % 4 == 0)
      for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  if (digits % 4 == 1) throw Error(name, "not base64: it ends inside a byte", "cut off?");
  if (digits % 4 == 2) bytes.push_back(static_cast<std::uint8_t>(bits >> 4));
  if (digits % 4 == 3) {
    bytes.push_back(static_cast<std::uint8_t>(bits >> 10));
    bytes.push_back(static_cast<std::uint8_t>(bits >> 2));
  }
  return bytes;
}

inline std::vector<std::uint8_t> decode_data_url(std::string_view url, const std::string& name,
                                                 const SourceLimits& limits) {
  const std::size_t comma = url.find(',');
  if (comma == std::string_view::npos) throw Error(name, "a data: address without a comma");
  const std::string_view head = url.substr(0, comma), data = url.substr(comma + 1);
  const bool encoded = data.find('%') != std::string_view::npos;
  const std::string plain = encoded ? percent_decode(data, name) : std::string();
  const std::string_view text = encoded ? std::string_view(plain) : data;
  if (head.ends_with(";base64")) {
    if (text.size() / 4 > limits.max_bytes / 3) throw_too_large(name, limits);
    return base64_decode(text, name);
  }
  if (text.size() > limits.max_bytes) throw_too_large(name, limits);
  return std::vector<std::uint8_t>(text.begin(), text.end());
}

}  // namespace qwen3vl
