#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>

/// When the pictures of a video were seen, as Qwen3-VL reads it: one line of text before the tokens of
/// every temporal group (two frames).
///
///   seconds[i]  = index[i] / frames_per_second
///   group[j]    = (seconds[2j] + seconds[2j + 1]) / 2           "<0.3 seconds>"
///
/// frames_per_second is the source's, not that of the sampling.
namespace qwen3vl {

/// Seconds of every chosen frame. The rate must be known: rate_or_24() in frame_sampling.hpp.
inline std::vector<double> frame_seconds(std::span<const std::int64_t> indices, double frames_per_second) {
  std::vector<double> seconds;
  seconds.reserve(indices.size());
  for (const std::int64_t index : indices) seconds.push_back(static_cast<double>(index) / frames_per_second);
  return seconds;
}

/// One time a group: the mean of its first and last frame. A last group that is not full is filled up
/// with the last frame, as the pixels are.
///
///   seconds : [frames]     result : [ceil(frames / temporal_patch_size)]
inline std::vector<double> group_seconds(std::span<const double> seconds, int temporal_patch_size = 2) {
  if (temporal_patch_size < 1)
    throw Error("group_seconds", "temporal_patch_size is " + std::to_string(temporal_patch_size));
  const std::size_t size = static_cast<std::size_t>(temporal_patch_size);
  std::vector<double> groups;
  groups.reserve(seconds.size() / size + 1);
  for (std::size_t first = 0; first < seconds.size(); first += size) {
    const std::size_t last = std::min(first + size, seconds.size()) - 1;
    groups.push_back((seconds[first] + seconds[last]) / 2);
  }
  return groups;
}

/// "<0.3 seconds>": one decimal, correctly rounded from the exact value of the double (0.25 → 0.2,
/// 0.35 → 0.3, 0.45 → 0.5), with a point whatever the locale.
inline std::string timestamp_text(double seconds) {
  if (!std::isfinite(seconds)) throw Error("timestamp_text", "the time is " + std::to_string(seconds));
  char digits[320];  // the largest double has 309 digits before the point
  const auto end = std::to_chars(digits, digits + sizeof digits, seconds, std::chars_format::fixed, 1).ptr;
  return std::string(1, '<').append(digits, end).append(" seconds>");
}

}  // namespace qwen3vl
