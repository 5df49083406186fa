#pragma once

#include <span>

#include <qwen3vl/model/model_config.hpp>
#include <qwen3vl/text/position_ids.hpp>

namespace qwen3vl {

/// Calls f with the policy by which the generation counts a video's time (text/position_ids.hpp).
/// `second_per_grid` is of each video; only absolute time looks at it.
template <class F>
auto with_video_time(const Qwen3VLConfig& config, std::span<const float> second_per_grid, F&& f) {
  switch (config.generation) {
    case Generation::qwen_vl:
      return f(Sequential{});
    case Generation::qwen2_vl:
      return f(FrameIndex{});
    case Generation::qwen2_5_vl:
      return f(AbsoluteTime{second_per_grid, static_cast<float>(config.vision_config.tokens_per_second)});
    default:
      return f(TextTimestamps{});
  }
}

}  // namespace qwen3vl
