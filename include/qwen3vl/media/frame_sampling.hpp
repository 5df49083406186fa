#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>

/// Which frames of a clip the model sees. A policy answers that question with a list of indices:
///
///   SampleEvenly    first to last frame in even steps          Qwen3-VL processor
///   SampleClip      the same between two instants, even count  qwen-vl-utils, smart_nframes
///   SampleStride    every (frames / n)-th from the first       Qwen2-VL and Qwen2.5-VL processor
///   SampleAll       every frame                                sampling switched off
///
/// The count n comes from a rate (fps) or is given. Clips may be hostile: any number of frames up to
/// 2⁶³ − 1 and any rate is either sampled or refused.
namespace qwen3vl {

/// What sampling knows of a clip.
struct ClipLength {
  std::int64_t frames = 0;       // decoded, not what a header says
  double frames_per_second = 0;  // average; 0: unknown
};

struct SampledFrames {
  std::vector<std::int64_t> indices;  // into the source, rising
  double frames_per_second = 0;       // of the sampling: indices.size() / frames · source rate
};

template <class S>
concept FrameSampler = std::copyable<S> && requires(const S sampler, ClipLength clip) {
  { sampler.sample(clip) } -> std::same_as<SampledFrames>;
};

/// The most frames that a sampling may have, whatever was asked for.
inline constexpr std::int64_t most_sampled_frames = 1 << 20;

/// The rate that stands in where a file names none: 24, as in the processor.
inline double rate_or_24(double frames_per_second) {
  return frames_per_second == 0 ? 24.0 : frames_per_second;
}

namespace frame_sampling {

inline void expect_clip(const char* where, ClipLength clip) {
  if (clip.frames < 1) throw Error(where, "the clip has no frames");
  if (!std::isfinite(clip.frames_per_second) || clip.frames_per_second < 0)
    throw Error(where, "the clip has " + std::to_string(clip.frames_per_second) + " frames per second");
}

inline void expect_rate(const char* where, double fps) {
  if (!std::isfinite(fps) || fps <= 0)
    throw Error(where, "fps is " + std::to_string(fps), "frames to take from a second of video: 2, say");
}

inline void expect_bounds(const char* where, std::int64_t min_frames, std::int64_t max_frames) {
  if (min_frames < 1 || max_frames < min_frames)
    throw Error(where,
                "min_frames is " + std::to_string(min_frames) + ", max_frames " + std::to_string(max_frames),
                "1 ≤ min_frames ≤ max_frames");
}

inline std::int64_t expect_count(const char* where, std::int64_t n) {
  if (n < 1 || n > most_sampled_frames)
    throw Error(where, std::to_string(n) + " frames asked for",
                "1 to " + std::to_string(most_sampled_frames) + " frames can be taken");
  return n;
}

/// Truncation of any x ≥ 0, without overflow.
inline std::int64_t truncate(double x) {
  return x < 9e18 ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::max();
}

/// The frames that `fps` asks for: frames / source rate · fps.
inline double wanted(ClipLength clip, double fps) {
  return static_cast<double>(clip.frames) / rate_or_24(clip.frames_per_second) * fps;
}

inline double sampled_rate(std::size_t n, std::int64_t frames, double frames_per_second) {
  return static_cast<double>(n) / static_cast<double>(frames) * rate_or_24(frames_per_second);
}

}  // namespace frame_sampling

/// Qwen3-VL's processor:
///
///   n     = min(max(⌊frames / source rate · fps⌋, min_frames), max_frames, frames)    or num_frames
///   i-th  = round_half_even( i · (frames − 1) / (n − 1) ),  i = 0 … n − 1;  the last is frames − 1
///
/// n may be odd. num_frames is taken as it is: more than the clip has repeats frames.
struct SampleEvenly {
  double fps = 2;
  std::int64_t min_frames = 4, max_frames = 768;
  std::optional<std::int64_t> num_frames = {};  // instead of fps and its bounds

  std::int64_t count(ClipLength clip) const {
    using namespace frame_sampling;
    expect_clip("SampleEvenly", clip);
    if (num_frames) return expect_count("SampleEvenly", *num_frames);
    expect_rate("SampleEvenly", fps);
    expect_bounds("SampleEvenly", min_frames, max_frames);
    const std::int64_t n = std::max(truncate(wanted(clip, fps)), min_frames);
    return expect_count("SampleEvenly", std::min({n, max_frames, clip.frames}));
  }

  SampledFrames sample(ClipLength clip) const {
    const std::int64_t n = count(clip);
    const double step = n > 1 ? static_cast<double>(clip.frames - 1) / static_cast<double>(n - 1) : 0;
    SampledFrames sampled;
    sampled.indices.reserve(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i + 1 < n; ++i)
      sampled.indices.push_back(
          std::min(frame_sampling::truncate(std::nearbyint(static_cast<double>(i) * step)), clip.frames - 1));
    sampled.indices.push_back(n > 1 ? clip.frames - 1 : 0);
    sampled.frames_per_second =
        frame_sampling::sampled_rate(sampled.indices.size(), clip.frames, clip.frames_per_second);
    return sampled;
  }
};
static_assert(FrameSampler<SampleEvenly>);

/// qwen-vl-utils, smart_nframes: an even number of frames between two instants of the clip.
///
///   first = ⌈clamp(video_start, 0, duration) · source rate⌉,  last = ⌊clamp(video_end, …) · source rate⌋
///   frames becomes last − first + 1
///   n     = frames / source rate · fps, clamped to the even bounds and to frames, cut to even
///           or round_half_even(nframes / 2) · 2
///   i-th  = round_half_even( linspace(first, last, n)[i] ),  in float
///
/// linspace runs from both ends to the middle, as torch.linspace does.
struct SampleClip {
  double fps = 2;
  std::int64_t min_frames = 4;
  std::optional<std::int64_t> max_frames = {};             // min(768, frames) when not given
  std::optional<std::int64_t> nframes = {};                // instead of fps and its bounds
  std::optional<double> video_start = {}, video_end = {};  // seconds

  /// First and last frame between video_start and video_end.
  std::pair<std::int64_t, std::int64_t> range(ClipLength clip) const {
    using namespace frame_sampling;
    expect_clip("SampleClip", clip);
    const double rate = rate_or_24(clip.frames_per_second);
    const double duration = static_cast<double>(clip.frames) / rate;
    for (const auto& at : {video_start, video_end})
      if (at && std::isnan(*at)) throw Error("SampleClip", "video_start or video_end is not a number");
    std::int64_t first = 0, last = clip.frames - 1;
    if (video_start) first = truncate(std::ceil(std::clamp(*video_start, 0.0, duration) * rate));
    if (video_end) last = std::min(truncate(std::floor(std::clamp(*video_end, 0.0, duration) * rate)), last);
    if (first > last)
      throw Error("SampleClip",
                  "no frames between video_start " + std::to_string(video_start.value_or(0)) +
                      " s and video_end " + std::to_string(video_end.value_or(duration)) + " s",
                  "the clip lasts " + std::to_string(duration) + " s");
    return {first, last};
  }

  /// n for a range of `clip.frames` frames.
  std::int64_t count(ClipLength clip) const {
    using namespace frame_sampling;
    expect_clip("SampleClip", clip);
    double n = 0;
    if (nframes) {
      n = std::nearbyint(static_cast<double>(*nframes) / 2) * 2;
    } else {
      expect_rate("SampleClip", fps);
      const std::int64_t most = max_frames.value_or(std::min<std::int64_t>(768, clip.frames));
      expect_bounds("SampleClip", min_frames, std::max(most, min_frames));
      const double lower = std::ceil(static_cast<double>(min_frames) / 2) * 2;
      const double upper = std::floor(static_cast<double>(most) / 2) * 2;
      n = std::min(std::max(wanted(clip, fps), lower), upper);
      n = std::floor(std::min(n, static_cast<double>(clip.frames)) / 2) * 2;
    }
    if (!(n >= 2 && n <= static_cast<double>(clip.frames)))
      throw Error("SampleClip",
                  "the clip has " + std::to_string(clip.frames) + " frames, " +
                      std::to_string(truncate(std::max(n, 0.0))) + " are wanted",
                  "from 2 to all frames can be taken, an even number");
    return expect_count("SampleClip", truncate(n));
  }

  SampledFrames sample(ClipLength clip) const {
    const auto [first, last] = range(clip);
    const std::int64_t frames = last - first + 1;
    const std::int64_t n = count({frames, clip.frames_per_second});
    const float begin = static_cast<float>(first), end = static_cast<float>(last);
    const float step = (end - begin) / static_cast<float>(n - 1);
    SampledFrames sampled;
    sampled.indices.reserve(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) {
      const float at =
          i < n / 2 ? begin + step * static_cast<float>(i) : end - step * static_cast<float>(n - 1 - i);
      sampled.indices.push_back(std::clamp(frame_sampling::truncate(std::nearbyint(at)), first, last));
    }
    sampled.frames_per_second =
        frame_sampling::sampled_rate(sampled.indices.size(), frames, clip.frames_per_second);
    return sampled;
  }
};
static_assert(FrameSampler<SampleClip>);

/// The processor of Qwen2-VL and Qwen2.5-VL, with its sampling switched on:
///
///   n     = ⌊ min(max(frames / source rate · fps, min_frames), ⌊min(max_frames, frames)/2⌋·2) / 2 ⌋ · 2
///           or round_half_even(num_frames / 2) · 2
///   i-th  = ⌊ i · frames / n ⌋,  i = 0 … n − 1: the last frame is not among them
struct SampleStride {
  double fps = 2;
  std::int64_t min_frames = 4, max_frames = 768;
  std::optional<std::int64_t> num_frames = {};

  std::int64_t count(ClipLength clip) const {
    using namespace frame_sampling;
    expect_clip("SampleStride", clip);
    double n = 0;
    if (num_frames) {
      n = std::nearbyint(static_cast<double>(*num_frames) / 2) * 2;
    } else {
      expect_rate("SampleStride", fps);
      expect_bounds("SampleStride", min_frames, max_frames);
      const double upper = static_cast<double>(std::min(max_frames, clip.frames) / 2 * 2);
      n = std::floor(std::min(std::max(wanted(clip, fps), static_cast<double>(min_frames)), upper) / 2) * 2;
    }
    if (!(n >= 2 && n <= static_cast<double>(clip.frames)))
      throw Error("SampleStride",
                  "the clip has " + std::to_string(clip.frames) + " frames, " +
                      std::to_string(truncate(std::max(n, 0.0))) + " are wanted",
                  "from 2 to all frames can be taken, an even number");
    return expect_count("SampleStride", truncate(n));
  }

  SampledFrames sample(ClipLength clip) const {
    const std::int64_t n = count(clip), whole = clip.frames / n, rest = clip.frames % n;
    SampledFrames sampled;
    sampled.indices.reserve(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i) sampled.indices.push_back(i * whole + i * rest / n);
    sampled.frames_per_second =
        frame_sampling::sampled_rate(sampled.indices.size(), clip.frames, clip.frames_per_second);
    return sampled;
  }
};
static_assert(FrameSampler<SampleStride>);

/// Every frame, as where a processor's sampling is switched off.
struct SampleAll {
  SampledFrames sample(ClipLength clip) const {
    frame_sampling::expect_clip("SampleAll", clip);
    SampledFrames sampled;
    sampled.indices.resize(static_cast<std::size_t>(frame_sampling::expect_count("SampleAll", clip.frames)));
    for (std::size_t i = 0; i < sampled.indices.size(); ++i)
      sampled.indices[i] = static_cast<std::int64_t>(i);
    sampled.frames_per_second = rate_or_24(clip.frames_per_second);
    return sampled;
  }
};
static_assert(FrameSampler<SampleAll>);

}  // namespace qwen3vl
