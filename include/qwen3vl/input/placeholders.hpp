#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/media/timestamps.hpp>

/// Placeholders of a rendered prompt, expanded so that there is one pad token for every visual token:
///
///   image   <|image_pad|>  →  <|image_pad|> × t·h·w / merge²
///   video   Qwen3-VL: for each temporal group
///             <0.3 seconds><|vision_start|> <|video_pad|> × h·w / merge² <|vision_end|>
///           Qwen2-VL, 2.5-VL: <|video_pad|> × t·h·w / merge²
///
/// Qwen-VL's pad of a picture is <imgpad>.
///
/// This is done in the text, before tokenising: the tokenizer may join what meets there.
///
/// A policy answers one question, *what does a video's expansion replace?*
///
///   ReleasedVideo       <|vision_start|><|video_pad|><|vision_end|> as a whole    Qwen3-VL as trained
///   Transformers5Video  <|video_pad|> alone: outer markers stay, two tokens more  transformers 5.x
///   Qwen2Video          <|video_pad|> alone, and no times                         Qwen2-VL, 2.5-VL
///   NoVideo             there are pictures alone, and their pad is another        Qwen-VL
namespace qwen3vl {

struct ReleasedVideo {
  static constexpr bool replaces_markers = true, has_timestamps = true;
  static std::string time(double seconds) { return timestamp_text(seconds); }
};
struct Transformers5Video : ReleasedVideo {
  static constexpr bool replaces_markers = false;
};
struct Qwen2Video {
  static constexpr bool replaces_markers = false, has_timestamps = false;
};

struct NoVideo : Qwen2Video {
  static constexpr std::string_view picture_pad = "<imgpad>";
};

template <class V>
concept VideoPlaceholder = requires {
  { V::replaces_markers } -> std::convertible_to<bool>;
  { V::has_timestamps } -> std::convertible_to<bool>;
};
static_assert(VideoPlaceholder<ReleasedVideo> && VideoPlaceholder<Transformers5Video> &&
              VideoPlaceholder<Qwen2Video>);

/// What a prompt needs to know of a video.
struct VideoGrid {
  Grid grid;
  std::vector<double> timestamps;  // seconds, one a temporal group: media/timestamps.hpp, group_seconds
};

inline constexpr std::string_view vision_start = "<|vision_start|>", vision_end = "<|vision_end|>",
                                  image_pad = "<|image_pad|>", video_pad = "<|video_pad|>";

/// The pad of a picture.
template <VideoPlaceholder V> constexpr std::string_view picture_pad() {
  if constexpr (requires { V::picture_pad; })
    return V::picture_pad;
  else
    return image_pad;
}

/// How many pads a grid stands for; refuses what no image or video can have.
inline std::int64_t checked_tokens(const Grid& grid, int merge, const std::string& what) {
  constexpr int most_side = 1 << 15;
  constexpr std::int64_t most_tokens = 1 << 24;
  const auto side = [&](int patches) { return patches > 0 && patches <= most_side && patches % merge == 0; };
  const bool good = merge > 0 && grid.t > 0 && grid.t <= most_side && side(grid.h) && side(grid.w) &&
                    grid.tokens(merge) <= most_tokens;
  if (!good)
    throw Error("expand placeholders",
                what + " has the grid " + std::to_string(grid.t) + " x " + std::to_string(grid.h) + " x " +
                    std::to_string(grid.w) + " at merge size " + std::to_string(merge),
                "height and width are positive multiples of the merge size");
  return grid.tokens(merge);
}

inline void append_repeated(std::string_view text, std::int64_t times, std::string& out) {
  out.reserve(out.size() + text.size() * static_cast<std::size_t>(times));
  for (std::int64_t i = 0; i < times; ++i) out += text;
}

template <VideoPlaceholder V>
void append_video(const VideoGrid& video, int merge, const std::string& what, std::string& out) {
  const std::int64_t tokens = checked_tokens(video.grid, merge, what);
  if constexpr (!V::has_timestamps) {
    append_repeated(video_pad, tokens, out);
  } else {
    if (video.timestamps.size() != static_cast<std::size_t>(video.grid.t))
      throw Error("expand placeholders", what + " has " + std::to_string(video.timestamps.size()) +
                                             " timestamps for " + std::to_string(video.grid.t) +
                                             " temporal groups");
    for (const double seconds : video.timestamps) {
      out += V::time(seconds);
      out += vision_start;
      append_repeated(video_pad, tokens / video.grid.t, out);
      out += vision_end;
    }
  }
}

/// The prompt with its pads expanded, images and videos in the order of their occurrence. There must be
/// exactly as many of each as the prompt has pads.
template <VideoPlaceholder V = ReleasedVideo>
std::string expand_placeholders(std::string_view prompt, std::span<const Grid> images,
                                std::span<const VideoGrid> videos, int merge = 2) {
  std::string out;
  std::size_t image = 0, video = 0;
  constexpr std::string_view pad = picture_pad<V>();
  constexpr bool has_videos = pad == image_pad;  // a model with a pad of its own sees pictures alone
  for (std::size_t at; (at = prompt.find('<')) != prompt.npos;) {
    out += prompt.substr(0, at);
    prompt.remove_prefix(at);
    if (prompt.starts_with(pad)) {
      if (image < images.size())
        append_repeated(pad, checked_tokens(images[image], merge, "image " + std::to_string(image)), out);
      ++image;
      prompt.remove_prefix(pad.size());
    } else if (has_videos && prompt.starts_with(video_pad)) {
      const bool whole = V::replaces_markers && out.ends_with(vision_start) &&
                         prompt.substr(video_pad.size()).starts_with(vision_end);
      if (whole) out.resize(out.size() - vision_start.size());
      if (video < videos.size()) append_video<V>(videos[video], merge, "video " + std::to_string(video), out);
      ++video;
      prompt.remove_prefix(video_pad.size() + (whole ? vision_end.size() : 0));
    } else {
      out += '<';
      prompt.remove_prefix(1);
    }
  }
  out += prompt;
  const auto check = [](const char* name, std::size_t pads, std::size_t given) {
    if (pads != given)
      throw Error("expand placeholders",
                  "the prompt has " + std::to_string(pads) + " " + name + " placeholders, and " +
                      std::to_string(given) + " " + name + "s are given",
                  "does a text contain a placeholder literally?");
  };
  check("image", image, images.size());
  check("video", video, videos.size());
  return out;
}

}  // namespace qwen3vl
