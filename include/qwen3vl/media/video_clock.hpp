#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <qwen3vl/media/frame_sampling.hpp>
#include <qwen3vl/media/timestamps.hpp>

/// From frame numbers to seconds and back. Sampling counts frames as if they came at an even rate. Two
/// answers to what that means for a clip whose frames do not (screen recordings, phones in the dark):
///
///   time_stamps    sampling lays an even clock over the clip, (frames − 1) / last stamp ticks a second,
///                  and takes the frame that is on the screen at each chosen tick
///   average_rate   frame i is at i / average rate, whatever its stamp says: the processor's answer
///
/// For clips with an even rate both are the same, exactly: stamps that keep within 0.1 s (the
/// resolution of the text that the model reads) or one frame of i / rate count as even.
namespace qwen3vl {

enum class Clock { time_stamps, average_rate };

/// The chosen frames of a clip.
struct ChosenFrames {
  std::vector<std::int64_t> indices;  // in order of presentation; a frame may be shown at two instants
  std::vector<double> seconds;        // when each is on the screen, from the start of the clip
  double source_frames_per_second = 0;
  double sampled_frames_per_second = 0;
};

/// Do the stamps leave i / rate?    stamps : seconds of every frame, rising, or empty: not known
inline bool has_variable_rate(std::span<const double> stamps, double frames_per_second) {
  const double rate = rate_or_24(frames_per_second), tolerance = std::max(0.1, 1 / rate);
  for (std::size_t i = 0; i < stamps.size(); ++i)
    if (!(std::fabs(stamps[i] - static_cast<double>(i) / rate) <= tolerance)) return true;
  return false;
}

template <FrameSampler Sampler>
ChosenFrames choose_frames(const Sampler& sampler, ClipLength clip, std::span<const double> stamps,
                           Clock clock = Clock::time_stamps) {
  ChosenFrames chosen;
  const bool even = clock == Clock::average_rate || static_cast<std::int64_t>(stamps.size()) != clip.frames ||
                    clip.frames < 2 || !(stamps.back() > 0) ||
                    !has_variable_rate(stamps, clip.frames_per_second);
  if (!even) clip.frames_per_second = static_cast<double>(clip.frames - 1) / stamps.back();
  SampledFrames sampled = sampler.sample(clip);
  chosen.source_frames_per_second = rate_or_24(clip.frames_per_second);
  chosen.sampled_frames_per_second = sampled.frames_per_second;
  chosen.seconds = frame_seconds(sampled.indices, chosen.source_frames_per_second);
  chosen.indices = std::move(sampled.indices);
  if (!even)
    for (std::size_t i = 0; i < chosen.indices.size(); ++i) {
      constexpr double slack = 1e-6;  // seconds: the division above may fall short of the stamp
      const auto next = std::upper_bound(stamps.begin(), stamps.end(), chosen.seconds[i] + slack);
      chosen.indices[i] = std::max<std::int64_t>(next - stamps.begin() - 1, 0);
    }
  return chosen;
}

}  // namespace qwen3vl
