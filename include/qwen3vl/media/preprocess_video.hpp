#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/patchify.hpp>
#include <qwen3vl/media/placement.hpp>
#include <qwen3vl/media/resample.hpp>
#include <qwen3vl/media/timestamps.hpp>
#include <qwen3vl/media/video.hpp>
#include <qwen3vl/media/video_settings.hpp>

/// A clip to what the vision tower takes.
///
///   Video ─▶ choose_frames ─▶ decode, and of the chosen ones: RGB ─▶ resample ─▶ in pairs: normalise,
///   patchify ─▶ pixel_values
///
///   Threads threads;
///   PreprocessedVideo video = preprocess_video(threads, "clip.mp4");
///   for (double at : video.timestamps) prompt += timestamp_text(at) + …;
///
/// In memory are pixel_values, two resized frames, and what the decoder keeps for reference: the length
/// of the clip does not matter.
namespace qwen3vl {

/// What a clip will become, known before anything is decoded or allocated.
struct VideoPlan {
  ChosenFrames frames;
  Grid grid;            // t = ⌈frames / 2⌉
  Placement placement;  // from the model's coordinates to a frame's
  std::int64_t columns = 0;

  std::int64_t values() const { return grid.patches() * columns; }
};

struct PreprocessedVideo {
  std::unique_ptr<float[]> storage;
  View<const float, 2> pixel_values;        // [grid.patches(), 3·2·P·P], in storage
  Grid grid;                                // in patches
  std::vector<double> timestamps;           // [grid.t], seconds
  std::vector<std::int64_t> frame_indices;  // into the source
  double source_frames_per_second = 0;      // 24 when the file names none
  double sampled_frames_per_second = 0;
  double second_per_grid = 0;  // temporal_patch_size / sampled rate: Qwen2.5-VL's positions
  Placement placement;
};

template <FrameSampler Sampler, VideoResize Resize>
VideoPlan plan_frames(ChosenFrames frames, PixelSize original,
                      const BasicVideoSettings<Sampler, Resize>& settings) {
  check(settings);
  const PatchLayout& layout = settings.patches;
  const std::int64_t n = static_cast<std::int64_t>(frames.indices.size());
  const PixelSize resized =
      settings.resize.size(n, original.height, original.width, static_cast<int>(layout.factor()));
  const Grid grid{static_cast<int>((n + 1) / 2), resized.height / layout.patch_size,
                  resized.width / layout.patch_size};
  return {std::move(frames), grid, {original, resized}, layout.columns()};
}

template <FrameSampler Sampler, VideoResize Resize>
VideoPlan plan_video(const VideoInfo& info, const BasicVideoSettings<Sampler, Resize>& settings) {
  return plan_frames(choose_frames(settings.sampling, info.length(), info.stamps, settings.clock),
                     {info.height, info.width}, settings);
}

/// Chosen frames, one after the other, to rows of pixel_values. Holds two resized frames; an odd last
/// frame is both halves of its group.
template <class Resampling> class VideoPatches {
 public:
  VideoPatches(Threads& threads, const VideoPlan& plan, const PatchLayout& layout, const Normalise& normalise,
               Normalisation normalisation, View<float, 2> out)
      : threads_(threads),
        layout_(layout),
        normalise_(normalise),
        normalisation_(normalisation),
        out_(out),
        resize_(plan.placement.original.height, plan.placement.original.width, plan.placement.resized.height,
                plan.placement.resized.width),
        rows_(std::int64_t{plan.grid.h} * plan.grid.w) {
    for (Image& image : pair_) image = Image(plan.placement.resized.width, plan.placement.resized.height);
  }

  void add(View<const std::uint8_t, 3> frame) {
    resize_(threads_, frame, pair_[count_ % 2].view());
    if (++count_ % 2 == 0) write(pair_[0], pair_[1]);
  }
  /// The frame that was added last, once more.
  void repeat() {
    pair_[count_ % 2].rgb = pair_[(count_ + 1) % 2].rgb;
    if (++count_ % 2 == 0) write(pair_[0], pair_[1]);
  }
  void finish() {
    if (count_ % 2 == 1) ++count_, write(pair_[0], pair_[0]);
  }

 private:
  void write(const Image& first, const Image& second) {
    const View<float, 2> group = out_.rows((count_ / 2 - 1) * rows_, rows_);
    if (normalisation_ == Normalisation::fused)
      patchify<FusedNormalise>(threads_, first.view(), second.view(), layout_, normalise_, group);
    else
      patchify<PilNormalise>(threads_, first.view(), second.view(), layout_, normalise_, group);
  }

  Threads& threads_;
  const PatchLayout& layout_;
  const Normalise& normalise_;
  Normalisation normalisation_;
  View<float, 2> out_;
  Resampler<Resampling> resize_;
  std::int64_t rows_, count_ = 0;
  Image pair_[2];
};

/// Calls f with a VideoPatches of the settings' arithmetic.
template <FrameSampler Sampler, VideoResize Resize, class F>
auto with_patches(Threads& threads, const VideoPlan& plan,
                  const BasicVideoSettings<Sampler, Resize>& settings, View<float, 2> out, F&& f) {
  const auto run = [&]<class Policy>(Policy) {
    VideoPatches<Policy> patches(threads, plan, settings.patches, settings.normalise, settings.normalisation,
                                 out);
    return f(patches);
  };
  switch (settings.resampling) {
    case Resampling::pil_u8:
      return run(PilU8{});
    case Resampling::float_aa:
      return run(FloatAA{});
    case Resampling::torchvision_u8:
      break;
  }
  return run(TorchvisionU8{});
}

/// Room for a plan's pixel_values and what goes with them.
inline PreprocessedVideo allocate_video(const std::string& name, const VideoPlan& plan,
                                        int temporal_patch_size) {
  PreprocessedVideo video;
  try {
    video.storage = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(plan.values()));
  } catch (const std::bad_alloc&) {
    throw Error(name, "its pixel values need " + std::to_string(plan.values() >> 18) + " MiB",
                "take fewer frames or a smaller pixel budget");
  }
  video.pixel_values = View<const float, 2>(video.storage.get(), {plan.grid.patches(), plan.columns});
  video.grid = plan.grid;
  video.timestamps = group_seconds(plan.frames.seconds, temporal_patch_size);
  video.frame_indices = plan.frames.indices;
  video.source_frames_per_second = plan.frames.source_frames_per_second;
  video.sampled_frames_per_second = plan.frames.sampled_frames_per_second;
  video.second_per_grid = temporal_patch_size / plan.frames.sampled_frames_per_second;
  video.placement = plan.placement;
  return video;
}

/// Decodes the plan's frames into `out`. False when the clip has not as many frames as its packets
/// promised, or more.    out : [plan.grid.patches(), plan.columns]
template <FrameSampler Sampler, VideoResize Resize>
bool decode_into(Threads& threads, Video& video, const BasicVideoSettings<Sampler, Resize>& settings,
                 const VideoPlan& plan, View<float, 2> out) {
  return with_patches(threads, plan, settings, out, [&](auto& patches) {
    const std::vector<std::int64_t>& wanted = plan.frames.indices;
    Image image;
    video.rewind();
    for (std::size_t k = 0; k < wanted.size();) {
      if (!video.next()) return false;
      if (video.frame().index() < wanted[k]) continue;
      video.frame().picture(image);
      patches.add(std::as_const(image).view());
      for (++k; k < wanted.size() && wanted[k] == video.frame().index(); ++k) patches.repeat();
    }
    patches.finish();
    return wanted.back() + 1 < video.info().counted_frames || !video.next();
  });
}

template <FrameSampler Sampler, VideoResize Resize>
PreprocessedVideo preprocess_video(Threads& threads, Video& video,
                                   const BasicVideoSettings<Sampler, Resize>& settings) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const VideoPlan plan = plan_video(video.info(), settings);
    PreprocessedVideo result = allocate_video(video.name(), plan, settings.patches.temporal_patch_size);
    const View<float, 2> out(result.storage.get(), {plan.grid.patches(), plan.columns});
    if (decode_into(threads, video, settings, plan, out)) return result;
    video.count_by_decoding();  // the packets misled: once more, with the true number
  }
  throw Error(video.name(), "decodes to another number of frames each time");
}

/// From a file, decoded by as many threads as the team has.
inline PreprocessedVideo preprocess_video(Threads& threads, const std::filesystem::path& path,
                                          const VideoSettings& settings = {}) {
  ClipOptions options;
  options.threads = threads.count();
  Video video(path, options);
  return preprocess_video(threads, video, settings);
}

/// Rates of a video that is given as a list of frames, as qwen-vl-utils has them (fetch_video): the i-th frame
/// is shown at i / source, whatever the second rate; a temporal group lasts temporal_patch_size / sampled.
struct ListRates {
  double sampled = 2;  // sample_fps
  double source = 2;   // raw_fps
};

inline ChosenFrames listed_frames(std::size_t count, const ListRates& rates) {
  if (count == 0) throw Error("a list of frames", "there is none in it");
  frame_sampling::expect_rate("a list of frames", rates.sampled);
  frame_sampling::expect_rate("a list of frames", rates.source);
  ChosenFrames frames;
  for (std::size_t i = 0; i < count; ++i) frames.indices.push_back(static_cast<std::int64_t>(i));
  frames.seconds = frame_seconds(frames.indices, rates.source);
  frames.source_frames_per_second = rates.source;
  frames.sampled_frames_per_second = rates.sampled;
  return frames;
}

/// Pictures in a row as a video: all of them, all of one size.
template <FrameSampler Sampler, VideoResize Resize>
PreprocessedVideo preprocess_frames(Threads& threads, std::span<const Image> images, const ListRates& rates,
                                    const BasicVideoSettings<Sampler, Resize>& settings) {
  ChosenFrames frames = listed_frames(images.size(), rates);
  for (std::size_t i = 0; i < images.size(); ++i)
    if (images[i].width != images[0].width || images[i].height != images[0].height)
      throw Error("preprocess_frames",
                  "frame " + std::to_string(i) + " has " + to_string_size(images[i].height, images[i].width) +
                      " pixels, the first " + to_string_size(images[0].height, images[0].width),
                  "the frames of a clip share one size");
  const VideoPlan plan = plan_frames(std::move(frames), {images[0].height, images[0].width}, settings);
  PreprocessedVideo result = allocate_video("frames", plan, settings.patches.temporal_patch_size);
  const View<float, 2> out(result.storage.get(), {plan.grid.patches(), plan.columns});
  with_patches(threads, plan, settings, out, [&](auto& patches) {
    for (const Image& image : images) patches.add(image.view());
    patches.finish();
  });
  return result;
}

}  // namespace qwen3vl
