#pragma once

#include <cmath>
#include <vector>

#include <qwen3vl/model/video_time.hpp>

namespace qwen3vl {

/// How videos are treated: as the models were trained and released, or as transformers 5 does it. They
/// differ in the placeholders of Qwen3-VL (input/placeholders.hpp), and for Qwen2-VL and Qwen2.5-VL in where
/// text goes on behind a long video (text/position_ids.hpp) and in half seconds, which transformers 5 cuts off.
enum class Dialect { released, transformers5 };

/// Calls f with how the generation counts a video's time, and where text goes on behind it, in a dialect.
template <class F>
auto with_dialect_time(const Qwen3VLConfig& config, std::vector<float> second_per_grid, Dialect dialect,
                       F&& f) {
  const bool released = dialect == Dialect::released;
  if (!released)
    for (float& seconds : second_per_grid) seconds = std::floor(seconds);
  return with_video_time(config, second_per_grid, [&](auto time) {
    return f(time, released ? AfterVision::behind_all_axes : AfterVision::behind_height_and_width);
  });
}

}  // namespace qwen3vl
