#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/input/message.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/media/load_image.hpp>
#include <qwen3vl/media/load_video.hpp>
#include <qwen3vl/media/preprocess_image.hpp>
#include <qwen3vl/media/preprocess_video.hpp>

namespace qwen3vl {

/// Which of the two preprocessing pipelines: the checkpoint's processor, or the utility package
/// (qwen-vl-utils), which has pixel budgets and frame counts of its own.
enum class MediaFlavour { processor, utility };

/// How media are read and how far a caller trusts them.
struct MediaOptionsOfCaller {
  MediaFlavour flavour = MediaFlavour::processor;
  LoadOptions images = {};
  ClipOptions clips = {};
};

/// Pixels as the vision tower takes them.     pixel_values : [grid.patches(), patch_elements]
struct MediaPixels {
  std::unique_ptr<float[]> storage;
  View<const float, 2> pixel_values;
};

/// A picture or clip of a conversation, opened: what it will become is known, its pixels are made when
/// they are wanted, and once more if they are wanted again.
class MediaItem {
 public:
  /// Reads the picture, or the clip's headers. Throws with the address in the message.
  static MediaItem open(const Part& part, const ProcessorSettings& settings,
                        const MediaOptionsOfCaller& caller = {}) {
    MediaItem item;
    item.name_ = part.frames.empty() ? shown_address(part.source) : "a list of frames";
    item.is_video_ = part.kind == Part::Kind::video;
    if (item.is_video_ && settings.clip_rule == ClipRule::no_clips)
      throw Error(item.name_, "is a clip, but this model sees pictures alone", "single frames, as pictures");
    if (!item.is_video_)
      item.open_image(part, settings.image, caller);
    else if (!part.frames.empty())
      item.open_frames(part, settings.video, caller);
    else
      item.open_clip(part, settings, caller);
    return item;
  }

  const std::string& name() const { return name_; }
  /// Another number for every opening. Two pictures of one size have the same placeholders: a cache of
  /// what was read tells them apart by this.
  std::uint64_t id() const { return id_; }
  bool is_video() const { return is_video_; }
  Grid grid() const { return grid_; }
  /// Of each temporal group, in seconds; empty for a picture.
  const std::vector<double>& timestamps() const { return timestamps_; }
  const std::vector<std::int64_t>& frame_indices() const { return frame_indices_; }
  /// From one temporal group to the next; 0 for a picture.
  double second_per_grid() const { return second_per_grid_; }
  /// From the model's coordinates to the user's picture or frame.
  const Placement& placement() const { return placement_; }
  /// The picture as a viewer shows it, in pixels of placement().original; null for a clip.
  const Image* picture() const { return picture_.get(); }
  /// Bytes of pixel_values.
  std::size_t pixel_bytes() const { return std::size_t(grid_.patches() * columns_) * sizeof(float); }

  /// A clip is decoded here for the first time, and may turn out to have another number of frames than
  /// its packets promised: grid and timestamps are final afterwards.
  MediaPixels pixels(Threads& threads) { return make_(threads, *this); }

 private:
  void open_image(const Part& part, const ImageSettings& settings, const MediaOptionsOfCaller& caller) {
    const auto image = std::make_shared<const Image>(load_image(part.source, caller.images));
    const ItemSize wish = item_size(part.options);
    const PixelSize size{image->height, image->width};
    const bool utility = caller.flavour == MediaFlavour::utility;
    ImageSettings own = settings;
    if (utility) {
      own.budget = UtilityResize::budget(static_cast<int>(settings.patches.factor()));
      own.resampling = Resampling::pil_u8;
    }
    const ImagePlan plan = utility ? plan_image<UtilityResize>(size, own, wish) : plan_image(size, own, wish);
    grid_ = plan.grid, placement_ = plan.placement, columns_ = plan.columns;
    picture_ = image;
    make_ = [image, own, plan](Threads& threads, MediaItem&) {
      MediaPixels pixels = allocate(plan.grid.patches(), plan.columns);
      const View<float, 2> out(pixels.storage.get(), {plan.grid.patches(), plan.columns});
      preprocess_image(threads, image->view(), own, plan, out);
      return pixels;
    };
  }

  void open_clip(const Part& part, const ProcessorSettings& processor, const MediaOptionsOfCaller& caller) {
    const VideoSettings& settings = processor.video;
    const auto video = std::make_shared<Video>(load_video(part.source, caller.clips, caller.images.limits));
    const MediaOptions& wish = part.options;
    const auto start = [&](const auto& chosen) {
      set_plan(plan_video(video->info(), chosen), chosen.patches.temporal_patch_size);
      make_ = [video, chosen](Threads& threads, MediaItem& self) {
        return self.take(preprocess_video(threads, *video, chosen));
      };
    };
    if (caller.flavour == MediaFlavour::utility) {
      UtilityVideoSettings chosen;
      copy_numbers(settings, chosen);
      chosen.sampling = clip_sampler(wish, settings);
      chosen.resize.item = item_size(wish);
      chosen.resize.total_pixels = wish.total_pixels;
      start(chosen);
    } else if (processor.clip_rule == ClipRule::each_frame) {
      if (wish.video_start || wish.video_end)
        throw Error("video", "video_start and video_end, but this model's processor takes whole clips",
                    "the utility package's flavour");
      BasicVideoSettings<SampleStride, ImageBudget> chosen;
      copy_numbers(settings, chosen);
      chosen.resampling = settings.resampling;
      chosen.sampling = whole_clip_sampler<SampleStride>(wish, settings.sampling);
      chosen.resize.image = frame_budget(wish, settings.resize.clip);
      start(chosen);
    } else if (wish.video_start || wish.video_end) {
      BasicVideoSettings<SampleClip, ClipBudget> chosen;
      copy_numbers(settings, chosen);
      chosen.resampling = settings.resampling;
      chosen.sampling = clip_sampler(wish, settings);
      chosen.resize = clip_budget(wish, settings);
      start(chosen);
    } else {
      VideoSettings chosen = settings;
      chosen.sampling = whole_clip_sampler<SampleEvenly>(wish, settings.sampling);
      chosen.resize = clip_budget(wish, settings);
      start(chosen);
    }
  }

  void open_frames(const Part& part, const VideoSettings& settings, const MediaOptionsOfCaller& caller) {
    const auto images = std::make_shared<std::vector<Image>>();
    for (const std::string& frame : part.frames) images->push_back(load_image(frame, caller.images));
    FrameListSettings chosen;
    copy_numbers(settings, chosen);
    chosen.resampling = Resampling::pil_u8;
    chosen.resize.item = item_size(part.options);
    ListRates rates;
    rates.sampled = part.options.sample_fps.value_or(rates.sampled);
    rates.source = part.options.raw_fps.value_or(rates.sampled);
    make_ = [images, chosen, rates](Threads& threads, MediaItem& self) {
      return self.take(preprocess_frames(threads, *images, rates, chosen));
    };
    ChosenFrames frames = listed_frames(images->size(), rates);
    set_plan(plan_frames(std::move(frames), {images->front().height, images->front().width}, chosen),
             chosen.patches.temporal_patch_size);
  }

  static ItemSize item_size(const MediaOptions& wish) {
    return {wish.min_pixels, wish.max_pixels, wish.resized_height, wish.resized_width};
  }
  static SampleClip clip_sampler(const MediaOptions& wish, const VideoSettings& settings) {
    SampleClip sampler;
    sampler.fps = wish.fps.value_or(settings.sampling.fps);
    sampler.min_frames = wish.min_frames.value_or(settings.sampling.min_frames);
    sampler.max_frames = wish.max_frames;
    sampler.nframes = wish.nframes;
    sampler.video_start = wish.video_start;
    sampler.video_end = wish.video_end;
    return sampler;
  }
  /// SampleEvenly or SampleStride: what the message says of the frames goes before what the checkpoint's files say.
  template <class Sampler>
  static Sampler whole_clip_sampler(const MediaOptions& wish, const SampleEvenly& files) {
    Sampler sampler;
    sampler.fps = wish.fps.value_or(files.fps);
    sampler.min_frames = wish.min_frames.value_or(files.min_frames);
    sampler.max_frames = wish.max_frames.value_or(files.max_frames);
    sampler.num_frames = wish.nframes || wish.fps ? wish.nframes : files.num_frames;
    return sampler;
  }
  static PixelBudget frame_budget(const MediaOptions& wish, PixelBudget budget) {
    if (wish.total_pixels || wish.resized_height || wish.resized_width)
      throw Error("video", "a size for the whole clip, but this model's processor has limits for one frame",
                  "min_pixels and max_pixels, or the utility package's flavour");
    budget.min_pixels = wish.min_pixels.value_or(budget.min_pixels);
    budget.max_pixels = wish.max_pixels.value_or(budget.max_pixels);
    return budget;
  }
  static ClipBudget clip_budget(const MediaOptions& wish, const VideoSettings& settings) {
    ClipBudget budget = settings.resize;
    if (wish.total_pixels) budget.clip.max_pixels = *wish.total_pixels;
    if (wish.min_pixels || wish.max_pixels || wish.resized_height || wish.resized_width)
      throw Error("video", "limits for one frame, but this model's processor has one for the whole clip",
                  "total_pixels, or the utility package's flavour");
    return budget;
  }
  static void copy_numbers(const VideoSettings& from, auto& to) {
    to.patches = from.patches;
    to.normalise = from.normalise;
    to.normalisation = from.normalisation;
    to.clock = from.clock;
  }

  void set_plan(const VideoPlan& plan, int temporal_patch_size) {
    grid_ = plan.grid, placement_ = plan.placement, columns_ = plan.columns;
    timestamps_ = group_seconds(plan.frames.seconds, temporal_patch_size);
    frame_indices_ = plan.frames.indices;
    if (plan.frames.sampled_frames_per_second > 0)
      second_per_grid_ = temporal_patch_size / plan.frames.sampled_frames_per_second;
  }
  MediaPixels take(PreprocessedVideo video) {
    grid_ = video.grid, placement_ = video.placement;
    timestamps_ = std::move(video.timestamps);
    frame_indices_ = std::move(video.frame_indices);
    second_per_grid_ = video.second_per_grid;
    return {std::move(video.storage), video.pixel_values};
  }
  static MediaPixels allocate(std::int64_t patches, std::int64_t columns) {
    MediaPixels pixels;
    pixels.storage = std::make_unique_for_overwrite<float[]>(static_cast<std::size_t>(patches * columns));
    pixels.pixel_values = {pixels.storage.get(), {patches, columns}};
    return pixels;
  }

  static std::uint64_t new_id() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
  }

  std::uint64_t id_ = new_id();
  std::string name_;
  bool is_video_ = false;
  Grid grid_{};
  std::int64_t columns_ = 0;
  std::vector<double> timestamps_;
  std::vector<std::int64_t> frame_indices_;
  double second_per_grid_ = 0;
  Placement placement_{};
  std::shared_ptr<const Image> picture_;
  std::function<MediaPixels(Threads&, MediaItem&)> make_;
};

}  // namespace qwen3vl
