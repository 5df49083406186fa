#pragma once

#include <stdexcept>
#include <string>

namespace qwen3vl {

/// Something the caller can act on. The message has three parts: where, what, what to do.
///
///   rms_norm: weight is [2048], should be [4096]
///     hint: weights of another checkpoint?
struct Error : std::runtime_error {
  Error(const std::string& where, const std::string& what, const std::string& hint = "")
      : std::runtime_error(where + ": " + what + (hint.empty() ? "" : "\n  hint: " + hint)) {}
};

}  // namespace qwen3vl
