#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

/// How much of other people's data is taken in.
struct SourceLimits {
  std::uint64_t max_bytes = std::uint64_t{256} << 20;  // of the file, however it arrives
  std::chrono::milliseconds connect_timeout{10'000};   // http(s): until the server answers the call
  std::chrono::milliseconds timeout{60'000};           // http(s): until the last byte is here
  int max_redirects = 5;                               // http(s)
};

[[noreturn]] inline void throw_too_large(const std::string& name, const SourceLimits& limits) {
  throw Error(name, "more than the limit of " + std::to_string(limits.max_bytes) + " bytes",
              "raise SourceLimits::max_bytes if you trust it");
}

}  // namespace qwen3vl
