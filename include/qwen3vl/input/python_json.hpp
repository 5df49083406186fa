#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/json.hpp>

/// JSON as Python's json.dumps(value, ensure_ascii=False) prints it, which is what a chat template's
/// `tojson` shows the model:
///
///   {"a": [1, 2.5, null, true], "b": "é \"x\"\n"}     ", " and ": ", keys in their order, é as it is
///   1.0   1e-05   1e+16   -0.0                         the shortest digits that read back the same
namespace qwen3vl {

/// A finite double as Python's repr prints it: exponent form below 1e-4 and from 1e16 on.
inline std::string python_float(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));  // "-1.25e-07"
  std::string out;
  if (text.starts_with('-')) {
    out = "-";
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const bool negative = text[e + 1] == '-';
  std::from_chars(text.data() + e + 2, text.data() + text.size(), exponent);
  if (negative) exponent = -exponent;

  if (exponent < -4 || exponent >= 16) return out + std::string(text);  // to_chars writes e-05 as Python does
  if (exponent < 0) return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0') + ".0";
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

/// Appends a string in quotes. Control characters are escaped, everything else is as it is.
inline void append_python_string(std::string_view text, std::string& out) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20) {
      out += c;
    } else if (constexpr std::string_view named = "\b\f\n\r\t"; named.find(c) != named.npos) {
      out += '\\';
      out += "bfnrt"[named.find(c)];
    } else {
      out += "\\u00";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  out += '"';
}

/// Appends a value. Its depth is bounded by the parser that made it.
inline void append_python_json(const OrderedJson& value, std::string& out) {
  const char* separator = "";
  if (value.is_object()) {
    out += '{';
    for (const auto& [key, member] : value.items()) {
      out += separator;
      append_python_string(key, out);
      out += ": ";
      append_python_json(member, out);
      separator = ", ";
    }
    out += '}';
  } else if (value.is_array()) {
    out += '[';
    for (const OrderedJson& item : value) {
      out += separator;
      append_python_json(item, out);
      separator = ", ";
    }
    out += ']';
  } else if (value.is_string()) {
    append_python_string(value.get_ref<const std::string&>(), out);
  } else if (value.is_number_float()) {
    out += python_float(value.get<double>());
  } else {
    out += value.dump();  // null, true, false, integers
  }
}

inline std::string to_python_json(const OrderedJson& value) {
  std::string out;
  append_python_json(value, out);
  return out;
}

/// Refuses integers beyond 64 bits in a JSON text: Python keeps them exactly, the parser would make
/// floats of them and the prompt would differ without a word.
inline void refuse_huge_integers(std::string_view text, const std::string& where) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
      continue;
    }
    const std::size_t end = std::min(text.find_first_not_of("0123456789+-.eE", i), text.size());
    if (end == i) continue;
    const std::string_view number = text.substr(i, end - i);
    i = end - 1;
    if (number.size() < 19 || number.find_first_of(".eE") != number.npos) continue;
    std::int64_t narrow = 0;
    std::uint64_t wide = 0;
    const auto fits = [&](auto& value) {
      return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc();
    };
    if (!fits(narrow) && !fits(wide))
      throw Error(where, "the integer " + in_quotes(number, 40) + " is beyond 64 bits",
                  "write it as a string");
  }
}

}  // namespace qwen3vl
