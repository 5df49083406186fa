/// preprocess: pictures and clips to what the vision tower takes, in a file.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/generate/media_item.hpp>
#include <qwen3vl/input/message.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>
#include <qwen3vl/media/timestamps.hpp>
#include <qwen3vl/model/config.hpp>

#include "commands.hpp"
#include "damaged_clips.hpp"
#include "generation_rules.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct PreprocessOptions {
  std::string model, output, resampler = "torchvision", damaged_clips = "refuse";
  std::vector<std::string> images, videos;
  int threads = Threads::default_count();
};

ProcessorSettings settings_of(const PreprocessOptions& options) {
  const std::string path = options.model + "/config.json";
  std::optional<Qwen3VLConfig> config;
  if (is_regular_file(path)) config = read_config(read_json_file(path), path);
  ProcessorSettings settings =
      config ? processor_settings(options.model, *config) : read_processor_settings(options.model);
  if (config) expect_same_patches(settings, config->vision_config);
  if (options.resampler == "pil") {
    settings.image.resampling = settings.video.resampling = Resampling::pil_u8;
    settings.image.normalisation = settings.video.normalisation = Normalisation::pil;
  }
  return settings;
}

/// The file's tensors: the list, and where their bytes are.
struct Output {
  std::vector<TensorPlan> tensors;
  std::vector<std::vector<std::span<const std::byte>>> pieces;  // of each tensor

  template <class T>
  void add(const char* name, StoredDtype dtype, Shape shape, const std::vector<std::span<const T>>& parts) {
    tensors.push_back({name, dtype, shape});
    pieces.emplace_back();
    for (const auto& part : parts) pieces.back().push_back(std::as_bytes(part));
  }
  void write(const std::string& path) const {
    SafetensorsWriter writer(path, tensors);
    for (const auto& tensor : pieces)
      for (const auto& piece : tensor) writer.append(piece);
    writer.finish();
  }
};

std::string size_text(PixelSize size) { return to_string_size(size.height, size.width); }

void print_what_it_became(const MediaItem& item, int merge) {
  const Placement& placement = item.placement();
  const Grid grid = item.grid();
  std::printf("%s\n  %s pixels, resized to %s: grid %d x %d x %d, %lld tokens\n", item.name().c_str(),
              size_text(placement.original).c_str(), size_text(placement.resized).c_str(), grid.t, grid.h,
              grid.w, static_cast<long long>(grid.tokens(merge)));
}

/// Of a clip. Models that size each frame for itself are told the rate, not the times.
void print_times(const MediaItem& item, const ProcessorSettings& settings) {
  std::printf("  %zu frames, %.3g a second", item.frame_indices().size(),
              settings.video.patches.temporal_patch_size / item.second_per_grid());
  constexpr std::size_t most = 8;  // a line's worth; the file has them all
  const std::size_t count = settings.clip_rule == ClipRule::each_frame ? 0 : item.timestamps().size();
  for (std::size_t i = 0; i < count; ++i) {
    if (i == 0) std::printf(":");
    if (count > most && i == most - 1) std::printf(" ...");
    if (count <= most || i < most - 1 || i + 1 == count)
      std::printf(" %s", timestamp_text(item.timestamps()[i]).c_str());
  }
  std::printf("\n");
}

/// What pictures and clips have in common: their grids and patches, one behind the other.
struct Patches {
  std::vector<std::int64_t> grids;  // t, h, w of each
  std::vector<std::span<const float>> values;
  std::int64_t rows = 0, columns = 0;

  void add(const Grid& grid, View<const float, 2> pixel_values) {
    grids.insert(grids.end(), {grid.t, grid.h, grid.w});
    values.emplace_back(pixel_values.data, static_cast<std::size_t>(pixel_values.size()));
    rows += pixel_values.shape[0];
    columns = pixel_values.shape[1];
  }
  Shape grids_shape() const { return {static_cast<std::int64_t>(grids.size()) / 3, 3}; }
};

void run(const PreprocessOptions& options) {
  if (options.images.empty() && options.videos.empty()) throw CLI::RequiredError("--image or --video");
  const ProcessorSettings settings = settings_of(options);
  Threads threads(options.threads);

  std::vector<MediaPixels> pixels;
  Patches stills, clips;
  std::vector<double> timestamps;
  std::vector<float> second_per_grid;
  std::vector<std::int64_t> frame_indices;
  for (const std::string& address : options.images) {
    MediaItem image = MediaItem::open(image_part(address), settings);
    pixels.push_back(image.pixels(threads));
    stills.add(image.grid(), pixels.back().pixel_values);
    print_what_it_became(image, settings.image.patches.merge_size);
  }
  MediaOptionsOfCaller caller;
  caller.clips.threads = threads.count();
  caller.clips.damage = damage(options.damaged_clips);
  for (const std::string& address : options.videos) {
    MediaItem video = MediaItem::open(video_part(address), settings, caller);
    pixels.push_back(video.pixels(threads));
    clips.add(video.grid(), pixels.back().pixel_values);
    timestamps.insert(timestamps.end(), video.timestamps().begin(), video.timestamps().end());
    frame_indices.insert(frame_indices.end(), video.frame_indices().begin(), video.frame_indices().end());
    second_per_grid.push_back(static_cast<float>(video.second_per_grid()));
    print_what_it_became(video, settings.video.patches.merge_size);
    print_times(video, settings);
  }

  Output output;  // the widest types first, so that all are aligned
  const auto whole = []<class T>(const std::vector<T>& values) {
    return std::vector{std::span<const T>(values)};
  };
  const auto count = [](const auto& values) { return static_cast<std::int64_t>(values.size()); };
  if (!options.images.empty())
    output.add("image_grid_thw", StoredDtype::I64, stills.grids_shape(), whole(stills.grids));
  if (!options.videos.empty()) {
    output.add("video_grid_thw", StoredDtype::I64, clips.grids_shape(), whole(clips.grids));
    output.add("frame_indices", StoredDtype::I64, {count(frame_indices)}, whole(frame_indices));
    output.add("timestamps", StoredDtype::F64, {count(timestamps)}, whole(timestamps));
  }
  if (settings.clip_rule == ClipRule::each_frame && !options.videos.empty())
    output.add("second_per_grid_ts", StoredDtype::F32, {count(second_per_grid)}, whole(second_per_grid));
  if (!options.images.empty())
    output.add("pixel_values", StoredDtype::F32, {stills.rows, stills.columns}, stills.values);
  if (!options.videos.empty())
    output.add("pixel_values_videos", StoredDtype::F32, {clips.rows, clips.columns}, clips.values);
  output.write(options.output);
}

}  // namespace

void add_preprocess(CLI::App& app) {
  const auto options = std::make_shared<PreprocessOptions>();
  CLI::App* command =
      app.add_subcommand("preprocess", "Turn pictures and clips into the vision tower's patches");
  command->add_option("--model", options->model, "Checkpoint folder: its preprocessor files say how")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--image", options->images,
                   "A picture: a path, or a file://, data: or http(s):// address; may be repeated")
      ->type_name("ADDRESS");
  command->add_option("--video", options->videos, "A clip, likewise; may be repeated")->type_name("ADDRESS");
  command->add_option("--output", options->output, "The safetensors file to write")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--resampler", options->resampler,
                   "Bit by bit as torchvision does it (the default image processor), or PIL")
      ->check(CLI::IsMember({"torchvision", "pil"}))
      ->capture_default_str();
  add_damaged_clips(*command, options->damaged_clips);
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->footer(
      "Tensors of the file, by the names of the reference's processor:\n"
      "  pixel_values         F32 [patches, 3*2*patch*patch]   all pictures, one behind the other\n"
      "  image_grid_thw       I64 [pictures, 3]                t, h, w in patches\n"
      "  pixel_values_videos  F32 [patches, 3*2*patch*patch]   all clips\n"
      "  video_grid_thw       I64 [clips, 3]\n"
      "  timestamps           F64 [sum of t]                   seconds, one a group of two frames\n"
      "  frame_indices        I64 [frames taken]               into each clip\n"
      "  second_per_grid_ts   F32 [clips]                      of Qwen2-VL and Qwen2.5-VL: seconds of such a "
      "group\n\n"
      "Example: what becomes of a photograph\n"
      "  qwen3vl preprocess --model DIR --image cat.jpg --output cat.safetensors");
  command->callback([options] { run(*options); });
}

}  // namespace program
