#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>

namespace program {

/// "1920x1080" → {1920, 1080}; "1920x1080x60" also 60 frames. `form` is the hint of the refusal.
inline std::vector<std::int64_t> read_size(const char* command, const std::string& text, std::size_t numbers,
                                           const char* form) {
  std::vector<std::int64_t> sizes;
  std::size_t at = 0;
  try {
    for (;; ++at) {
      if (at >= text.size() || text[at] < '0' || text[at] > '9') throw std::invalid_argument(text);
      std::size_t used = 0;
      sizes.push_back(std::stoll(text.substr(at), &used));
      at += used;
      if (at == text.size()) break;
      if (text[at] != 'x') throw std::invalid_argument(text);
    }
  } catch (const std::exception&) {
    sizes.clear();
  }
  if (sizes.size() != numbers) throw qwen3vl::Error(command, "\"" + text + "\" is no size", form);
  for (const std::int64_t size : sizes)
    if (size < 1 || size > 1'000'000)
      throw qwen3vl::Error(command, "\"" + text + "\" is no size", "sides of 1 to 1000000");
  return sizes;
}

}  // namespace program
