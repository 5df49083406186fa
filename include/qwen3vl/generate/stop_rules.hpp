#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace qwen3vl {

/// Why an answer ended.
enum class StopReason {
  none,          // it has not
  stop_id,       // the model said so, with <|im_end|> for one
  stop_string,   // a stop string was complete
  length,        // max_new_tokens
  context_full,  // the cache has no room for another token
  cancelled,     // the caller asked
};

/// As statistics print it.
inline const char* to_string(StopReason reason) {
  switch (reason) {
    case StopReason::none:
      return "none";
    case StopReason::stop_id:
      return "stop_id";
    case StopReason::stop_string:
      return "stop_string";
    case StopReason::length:
      return "length";
    case StopReason::context_full:
      return "context_full";
    case StopReason::cancelled:
      return "cancelled";
  }
  return "none";
}

/// What ends an answer.
struct StopRules {
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  std::vector<std::int32_t> stop_ids = {};  // <|im_end|> 151645 and <|endoftext|> 151643; no part of the text
  std::vector<std::string> stop_strings = {};  // no part of the text either; may lie across tokens
  std::int64_t max_new_tokens = unlimited;
  std::int64_t context_room = unlimited;  // how many of the answer's tokens the model can still read
};

}  // namespace qwen3vl
