#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <utf8proc.h>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/utf8.hpp>

/// Canonical decomposition and composition of Unicode. The only header that sees utf8proc.
namespace qwen3vl {

/// Appends the NFC form (UAX #15) of a valid UTF-8 text to `out`. `scratch` is reused between calls.
///
/// The three steps are decompose, order the marks, compose. Ordering is a stable sort here:
/// utf8proc_decompose sorts by exchanging neighbours, and a long run of marks would take it n² steps.
inline void append_composed(std::string_view text, std::vector<std::int32_t>& scratch, std::string& out) {
  const auto combining_class = [](std::int32_t code) { return utf8proc_get_property(code)->combining_class; };
  scratch.clear();
  while (!text.empty()) {
    const Utf8Unit unit = next_utf8(text);
    text.remove_prefix(static_cast<std::size_t>(unit.bytes));
    utf8proc_int32_t parts[32];  // the longest canonical decomposition has 4
    int boundary = 0;
    const auto count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(unit.code), parts, 32,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE), &boundary);
    if (count < 0 || count > 32) throw Error("normalise to NFC", utf8proc_errmsg(count));
    scratch.insert(scratch.end(), parts, parts + count);
  }

  for (auto mark = scratch.begin(); mark != scratch.end();) {
    if (combining_class(*mark) == 0) {
      ++mark;
      continue;
    }
    const auto end =
        std::find_if(mark, scratch.end(), [&](std::int32_t code) { return combining_class(code) == 0; });
    std::stable_sort(mark, end,
                     [&](std::int32_t a, std::int32_t b) { return combining_class(a) < combining_class(b); });
    mark = end;
  }

  const auto length =
      utf8proc_normalize_utf32(scratch.data(), static_cast<utf8proc_ssize_t>(scratch.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (length < 0) throw Error("normalise to NFC", utf8proc_errmsg(length));
  for (std::int32_t i = 0; i < length; ++i)
    append_utf8(out, static_cast<char32_t>(scratch[static_cast<std::size_t>(i)]));
}

}  // namespace qwen3vl
