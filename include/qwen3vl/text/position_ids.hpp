#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/grid.hpp>

/// Position ids of M-RoPE (Wang et al. 2024, Qwen2-VL, §2.1). Text counts up on all three axes; an image
/// or video spans a box, and the text after it goes on behind the box:
///
///   text      (t, h, w) = (cur, cur, cur);  cur += 1
///   vision    (cur + time(k), cur + row, cur + column)     k-th frame; row, column in merged patches
///             cur = 1 + the largest of them all
///
///   rope_delta = 1 + the largest position − number of tokens
///
/// A generated token has position (its index in the sequence) + rope_delta on all axes. A policy answers
/// one question: *how far in time is frame k?*
///
///   TextTimestamps   0; every frame is a box of its own, its time is written before it    Qwen3-VL
///   FrameIndex       k                                                                  Qwen2-VL
///   AbsoluteTime     ⌊k · seconds per grid · tokens_per_second⌋                          Qwen2.5-VL
///   Sequential       there are no boxes: every token of a picture is one further         Qwen-VL
namespace qwen3vl {

struct TextTimestamps {
  static constexpr bool frames_apart = true;
  int time(std::size_t, int) const { return 0; }
};

struct Sequential {
  static constexpr bool frames_apart = false, in_a_row = true;
  int time(std::size_t, int) const { return 0; }
};

struct FrameIndex {
  static constexpr bool frames_apart = false;
  int time(std::size_t, int frame) const { return frame; }
};

struct AbsoluteTime {
  static constexpr bool frames_apart = false;
  std::span<const float> second_per_grid;  // of each video: temporal_patch_size / frames a second; missing: 1
  float tokens_per_second = 2;             // config.json's; 2 in the released files

  int time(std::size_t video, int frame) const {
    const float seconds = video < second_per_grid.size() ? second_per_grid[video] : 1.0f;
    return static_cast<int>(static_cast<float>(frame) * seconds * tokens_per_second);
  }
};

/// Do a picture's tokens count like text? Only where the policy says `in_a_row`.
template <class P> constexpr bool counts_in_a_row() {
  if constexpr (requires { P::in_a_row; })
    return P::in_a_row;
  else
    return false;
}

template <class P>
concept VideoTime = requires(const P policy, std::size_t video, int frame) {
  { P::frames_apart } -> std::convertible_to<bool>;
  { policy.time(video, frame) } -> std::same_as<int>;
};

/// Where the text after a vision box goes on: behind the box in every direction, as the models were
/// trained, or, as transformers 5 has it, behind its height and width only (the two differ for videos
/// that last longer than they are wide).
enum class AfterVision { behind_all_axes, behind_height_and_width };

/// The tokens that stand for pixels.
struct VisionTokenIds {
  int image_token_id, video_token_id;
};

struct PositionIds {
  std::vector<Position> positions;  // [tokens]
  int next;                         // the position of the token that follows
  int rope_delta;                   // next − tokens read so far
};

/// Positions of the tokens `ids`, which follow `past` tokens that ended before position `first`. Grids
/// are those of the images and videos among `ids`, in order. Throws when grids and tokens disagree.
template <VideoTime Time>
PositionIds position_ids(std::span<const int> ids, VisionTokenIds vision, std::span<const Grid> images,
                         std::span<const Grid> videos, int merge, Time time = {},
                         AfterVision after = AfterVision::behind_all_axes, int first = 0,
                         std::int64_t past = 0) {
  const auto fail = [](const std::string& what) {
    throw Error("position_ids", what, "the prompt's placeholders and grid_thw of the same media");
  };
  if (merge < 1) fail("spatial_merge_size is below 1");
  PositionIds result;
  result.positions.reserve(ids.size());
  int cur = first, next = first;  // next: 1 + the largest position so far
  std::size_t image = 0, video = 0;
  int frame = 0;  // of the video that comes next, where frames are apart

  for (std::size_t i = 0; i < ids.size();) {
    if (ids[i] != vision.image_token_id && ids[i] != vision.video_token_id) {
      result.positions.push_back({cur, cur, cur});
      next = std::max(next, ++cur);
      ++i;
      continue;
    }
    const bool is_video = ids[i] == vision.video_token_id;
    const auto& grids = is_video ? videos : images;
    const std::size_t which = is_video ? video : image;
    if (which >= grids.size())
      fail("token " + std::to_string(i) + (is_video ? " is of a video" : " is of an image") +
           ", but there are only " + std::to_string(grids.size()) + " grids");
    Grid box = grids[which];
    if (box.t < 1 || box.h < merge || box.w < merge || box.h % merge != 0 || box.w % merge != 0)
      fail("grid " + std::to_string(which) + " is no multiple of spatial_merge_size");
    if (is_video && Time::frames_apart) box.t = 1;

    const int rows = box.h / merge, columns = box.w / merge;
    if (box.tokens(merge) > static_cast<std::int64_t>(ids.size() - i))
      fail("grid " + std::to_string(which) + " wants more tokens than are left");
    constexpr bool in_a_row = counts_in_a_row<Time>();
    int furthest = cur + (in_a_row ? static_cast<int>(box.tokens(merge)) : std::max(rows, columns)) - 1;
    for (int k = 0; k < box.t; ++k) {
      const int at = cur + (is_video ? time.time(video, k) : 0);
      if (after == AfterVision::behind_all_axes) furthest = std::max(furthest, at);
      next = std::max(next, at + 1);
      for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column, ++i) {
          if (ids[i] != (is_video ? vision.video_token_id : vision.image_token_id))
            fail("token " + std::to_string(i) + " lies inside grid " + std::to_string(which) +
                 " and is no placeholder");
          const int next_in_row = cur + (k * rows + row) * columns + column;
          result.positions.push_back(in_a_row ? Position{next_in_row, next_in_row, next_in_row}
                                              : Position{at, cur + row, cur + column});
        }
    }
    cur = furthest + 1;
    next = std::max(next, cur);
    if (!is_video)
      ++image;
    else if (!Time::frames_apart || ++frame == videos[video].t)
      ++video, frame = 0;
  }
  if (image != images.size() || video != videos.size() || frame != 0)
    fail("the prompt has placeholders for " + std::to_string(image) + " of " + std::to_string(images.size()) +
         " images and " + std::to_string(video) + " of " + std::to_string(videos.size()) + " videos");
  result.next = next;
  result.rope_delta = static_cast<int>(next - (past + static_cast<std::int64_t>(ids.size())));
  return result;
}

/// visual[t] of a prompt: which row of the visual features token t is, −1 for text. Rows of images and of
/// videos are counted apart, from `first_image_row` and `first_video_row`: the reference encodes all
/// images, then all videos.
inline std::vector<int> visual_rows(std::span<const int> ids, VisionTokenIds vision, int first_image_row,
                                    int first_video_row) {
  std::vector<int> rows;
  rows.reserve(ids.size());
  for (const int id : ids)
    rows.push_back(id == vision.image_token_id   ? first_image_row++
                   : id == vision.video_token_id ? first_video_row++
                                                 : -1);
  return rows;
}

}  // namespace qwen3vl
