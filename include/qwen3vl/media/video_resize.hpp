#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/smart_resize.hpp>

/// The one size that all chosen frames of a clip are resized to. A policy answers: by which budget?
///
///   ClipBudget        the whole clip has one: many frames, small frames     Qwen3-VL processor
///   FrameBudget       every frame has one, which shrinks with their number  qwen-vl-utils
///   FrameListBudget   every frame is an image of the message                qwen-vl-utils, lists of pictures
///   ImageBudget       every frame is an image                               Qwen2-VL, Qwen2.5-VL processor
///
/// Sides are multiples of the factor f = patch_size · merge_size; one more than 200 times the other is
/// an Error. Computed in double, as the reference.
namespace qwen3vl {

template <class R>
concept VideoResize = std::copyable<R> &&
    requires(const R resize, std::int64_t frames, std::int64_t side, int factor) {
  { resize.size(frames, side, side, factor) } -> std::same_as<PixelSize>;
};

/// smart_resize for n frames at once; with n = n' = 1 it is that for images:
///
///   h' = f·round(h/f),  w' = f·round(w/f)
///   n'·h'·w' > most:   β = √(n·h·w/most);     h' = f·⌊h/β/f⌋,  w' = f·⌊w/β/f⌋
///   n'·h'·w' < least:  β = √(least/(n·h·w));  h' = f·⌈h·β/f⌉,  w' = f·⌈w·β/f⌉
template <class Flavour>
PixelSize fit_volume(const char* where, double n, double padded_n, std::int64_t height, std::int64_t width,
                     int factor, double least, double most) {
  const double h = static_cast<double>(height), w = static_cast<double>(width), f = factor;
  double to_h = Flavour::rounded(std::nearbyint(h / f) * f, factor);
  double to_w = Flavour::rounded(std::nearbyint(w / f) * f, factor);
  if (padded_n * to_h * to_w > most) {
    const double beta = std::sqrt(n * h * w / most);
    to_h = Flavour::shrunk(std::floor(h / beta / f) * f, factor);
    to_w = Flavour::shrunk(std::floor(w / beta / f) * f, factor);
  } else if (padded_n * to_h * to_w < least) {
    const double beta = std::sqrt(least / (n * h * w));
    to_h = std::ceil(h * beta / f) * f;
    to_w = std::ceil(w * beta / f) * f;
  }
  return expect_sensible(where, to_h, to_w);
}

/// How an odd number of frames counts in the budget, in twos: transformers 5 and 4.57.
enum class FramePairs { half_to_even, up };

/// min_pixels ≤ t'·h'·w' ≤ max_pixels over the n chosen frames, t' = 2·round(n/2). Frames smaller than
/// f are first enlarged to it. β counts n frames, not t'.
struct ClipBudget {
  PixelBudget clip = {4'096, 25'165'824};  // "shortest_edge" and "longest_edge": volumes, not edges
  FramePairs pairs = FramePairs::half_to_even;
  /// Also limits every frame: max becomes n·max(min(768·f², ⌊max/n⌋), ⌊1.05·min⌋).
  bool cap_pixels_per_frame = false;

  PixelSize size(std::int64_t frames, std::int64_t height, std::int64_t width, int factor) const {
    const char* where = "ClipBudget";
    if (frames < 2)
      throw Error(where, std::to_string(frames) + " frames: a patch of video spans two",
                  "take more frames, or treat the frame as an image");
    if (clip.min_pixels < 0 || clip.max_pixels < 1)
      throw Error(where, "a budget of " + std::to_string(clip.min_pixels) + " to " +
                             std::to_string(clip.max_pixels) + " pixels");
    expect_resizable(where, height, width, factor);
    if (height < factor || width < factor) {
      const double f = factor, h = static_cast<double>(height), w = static_cast<double>(width);
      const double grow = std::max(f / h, f / w);
      height = static_cast<std::int64_t>(h * grow), width = static_cast<std::int64_t>(w * grow);
      expect_resizable(where, height, width, factor);
    }
    const double n = static_cast<double>(frames);
    double most = static_cast<double>(clip.max_pixels);
    if (cap_pixels_per_frame) {
      const double each = std::min(768.0 * factor * factor, std::floor(most / n));
      most = n * std::max(each, std::floor(1.05 * static_cast<double>(clip.min_pixels)));
    }
    const double twos = pairs == FramePairs::up ? std::ceil(n / 2) : std::nearbyint(n / 2);
    return fit_volume<ProcessorResize>(where, n, 2 * twos, height, width, factor,
                                       static_cast<double>(clip.min_pixels), most);
  }
};
static_assert(VideoResize<ClipBudget>);

/// The utility package treats a list of pictures so: each as an image of its message.
struct FrameListBudget {
  ItemSize item = {};

  PixelSize size(std::int64_t /*frames*/, std::int64_t height, std::int64_t width, int factor) const {
    expect_resizable("FrameListBudget", height, width, factor);
    return smart_resize<UtilityResize>(height, width, factor, UtilityResize::budget(factor), item);
  }
};
static_assert(VideoResize<FrameListBudget>);

/// Of every frame, with n of them:
///
///   min = min_pixels, or 128·f²
///   max = max(min(768·f², 2·total_pixels/n), ⌊1.05·min⌋), or max_pixels if that is less
///
/// total_pixels, or 0.9·128000·f², is what all frames together may take. resized_height and
/// resized_width are rounded within the budget of an image.
struct FrameBudget {
  ItemSize item = {};
  std::optional<std::int64_t> total_pixels = {};

  PixelSize size(std::int64_t frames, std::int64_t height, std::int64_t width, int factor) const {
    const char* where = "FrameBudget";
    if (frames < 1) throw Error(where, "no frames");
    expect_resizable(where, height, width, factor);
    if (item.resized_height || item.resized_width)
      return FrameListBudget{item}.size(1, height, width, factor);
    const double token = static_cast<double>(factor) * factor;
    const double least = item.min_pixels ? static_cast<double>(*item.min_pixels) : 128 * token;
    const double total = total_pixels ? static_cast<double>(*total_pixels) : 128'000 * token * 0.9;
    double most =
        std::max(std::min(768 * token, total / static_cast<double>(frames) * 2), std::floor(1.05 * least));
    if (item.max_pixels) most = std::min(most, static_cast<double>(*item.max_pixels));
    if (!(least >= 0 && most >= 1 && least <= most))
      throw Error(
          where,
          "a budget of " + std::to_string(least) + " to " + std::to_string(most) + " pixels for a frame",
          "0 <= min_pixels <= max_pixels");
    return fit_volume<UtilityResize>(where, 1, 1, height, width, factor, least, most);
  }
};
static_assert(VideoResize<FrameBudget>);

/// smart_resize of every frame, however many there are.
struct ImageBudget {
  PixelBudget image = {3'136, 12'845'056};  // Qwen2-VL's and Qwen2.5-VL's checkpoint files

  PixelSize size(std::int64_t /*frames*/, std::int64_t height, std::int64_t width, int factor) const {
    return smart_resize(height, width, factor, image);
  }
};
static_assert(VideoResize<ImageBudget>);

}  // namespace qwen3vl
