#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/media/image_settings.hpp>
#include <qwen3vl/media/video_settings.hpp>

/// How a checkpoint wants its pictures and clips prepared, from the files that say so:
///
///   preprocessor_config.json         ImageSettings
///   video_preprocessor_config.json   VideoSettings
///   processor_config.json            both, as `image_processor` and `video_processor`; goes before the two
///
///   size         {"shortest_edge": 65536, "longest_edge": 16777216}: areas in pixels, not edges; of a
///                video, the volume frames · height · width. min_pixels and max_pixels beside it are older
///                names of the two, and go before it
///   patch_size, temporal_patch_size, merge_size, image_mean, image_std
///   fps, min_frames, max_frames, or num_frames; cap_pixels_per_frame              video alone
///
/// What asks for another arithmetic than ours (resample 2, do_resize false, …) is refused: the model would
/// see other pictures than it was trained on. Which resampler is used the files do not say.
namespace qwen3vl {

/// Rules for clips: frames spread evenly and a budget of pixels for the whole clip, or, as Qwen2-VL and Qwen2.5-VL
/// have it, frames at a stride and for each the budget of a picture; or none, for Qwen-VL sees pictures alone.
enum class ClipRule { whole_clip, each_frame, no_clips };

struct ProcessorSettings {
  ImageSettings image;
  VideoSettings video;  // with ClipRule::each_frame, `video.resize.clip` is the budget of a frame
  ClipRule clip_rule = ClipRule::whole_clip;
};

namespace processor_detail {

/// Throws unless the switch is as the pipeline has it, or not mentioned.
inline void expect_switch(const Json& json, const char* key, const std::string& where, bool wanted) {
  if (get_bool_or(json, key, where, wanted) != wanted)
    wrong_member(where, key, wanted ? "false" : "true", wanted ? "true" : "false");
}

inline void expect_known_arithmetic(const Json& json, const std::string& where) {
  for (const char* key : {"do_resize", "do_rescale", "do_normalize", "do_convert_rgb"})
    expect_switch(json, key, where, true);
  for (const char* key : {"do_center_crop", "do_pad"}) expect_switch(json, key, where, false);
  const Json* resample = find_member(json, "resample", where);
  if (resample && *resample != 3 && *resample != "bicubic")
    wrong_member(where, "resample", describe_json(*resample), "3 (bicubic)");
  const double rescale = get_double_or(json, "rescale_factor", where, 1 / 255.0);
  if (!(std::fabs(rescale * 255 - 1) < 1e-6))
    wrong_member(where, "rescale_factor", Json(rescale).dump(), "1/255");
}

inline PatchLayout read_patches(const Json& json, const std::string& where, int patch_size = 16) {
  PatchLayout patches;
  patches.patch_size = patch_size;
  patches.patch_size = get_int_or(json, "patch_size", where, patches.patch_size, 1, 256);
  patches.merge_size = get_int_or(json, "merge_size", where, patches.merge_size, 1, 256);
  patches.temporal_patch_size =
      get_int_or(json, "temporal_patch_size", where, patches.temporal_patch_size, 2, 2);
  return patches;
}

inline void read_three(const Json& json, const char* key, const std::string& where, bool above_zero,
                       float (&out)[3]) {
  if (!find_member(json, key, where)) return;
  const std::vector<double> values = get_doubles(json, key, where);
  if (values.size() != 3)
    wrong_member(where, key, "a list of " + std::to_string(values.size()), "red, green and blue");
  for (std::size_t c = 0; c < 3; ++c) {
    const float value = static_cast<float>(values[c]);
    if (!std::isfinite(value) || (above_zero && !(value > 0)))
      wrong_member(where, element(key, c), Json(values[c]).dump(), "a number above 0");
    out[c] = value;
  }
}

inline Normalise read_normalise(const Json& json, const std::string& where) {
  Normalise normalise;
  read_three(json, "image_mean", where, false, normalise.mean);
  read_three(json, "image_std", where, true, normalise.std);
  return normalise;
}

inline PixelBudget read_budget(const Json& json, const std::string& where) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  std::optional<std::int64_t> least_pixels, most_pixels;
  if (find_member(json, "min_pixels", where)) least_pixels = get_int64(json, "min_pixels", where, 0, most);
  if (find_member(json, "max_pixels", where)) most_pixels = get_int64(json, "max_pixels", where, 1, most);
  if (!least_pixels || !most_pixels) {
    const Json& size = get_object(json, "size", where);
    const std::string size_where = member_path(where, "size");
    if (!least_pixels) least_pixels = get_int64(size, "shortest_edge", size_where, 0, most);
    if (!most_pixels) most_pixels = get_int64(size, "longest_edge", size_where, 1, most);
  }
  if (*least_pixels > *most_pixels)
    throw Error(where,
                "the least area is " + std::to_string(*least_pixels) + " pixels, the largest " +
                    std::to_string(*most_pixels),
                "size.shortest_edge (or min_pixels) and size.longest_edge (or max_pixels), both areas");
  return {*least_pixels, *most_pixels};
}

inline SampleEvenly read_sampling(const Json& json, const std::string& where) {
  SampleEvenly sampling;
  if (find_member(json, "num_frames", where)) {
    sampling.num_frames = get_int64(json, "num_frames", where, 2, most_sampled_frames);
    if (find_member(json, "fps", where))
      throw Error(where, "fps and num_frames are both given", "one of them says how many frames are taken");
  }
  sampling.fps = get_double_or(json, "fps", where, sampling.fps, 1e-6, 1e6);
  sampling.min_frames = get_int_or(json, "min_frames", where, 4, 1, most_sampled_frames);
  sampling.max_frames = get_int_or(json, "max_frames", where, 768, 1, most_sampled_frames);
  if (sampling.min_frames > sampling.max_frames)
    throw Error(where, "min_frames is " + std::to_string(sampling.min_frames) + ", max_frames " +
                           std::to_string(sampling.max_frames));
  return sampling;
}

}  // namespace processor_detail

/// `preprocessor_config.json`, or `image_processor` of the combined file.
inline ImageSettings read_image_settings(const Json& json, const std::string& where, int patch_size = 16) {
  using namespace processor_detail;
  expect_object(json, where);
  expect_known_arithmetic(json, where);
  ImageSettings settings;
  settings.patches = read_patches(json, where, patch_size);
  settings.budget = read_budget(json, where);
  settings.normalise = read_normalise(json, where);
  return settings;
}

/// `video_preprocessor_config.json`, or `video_processor` of the combined file.
inline VideoSettings read_video_settings(const Json& json, const std::string& where,
                                         ClipRule rule = ClipRule::whole_clip) {
  using namespace processor_detail;
  expect_object(json, where);
  expect_known_arithmetic(json, where);
  const std::string wanted = rule == ClipRule::whole_clip ? "Qwen3VLVideoProcessor" : "Qwen2VLVideoProcessor";
  const std::string type = get_string_or(json, "video_processor_type", where, wanted);
  if (type != wanted) wrong_member(where, "video_processor_type", in_quotes(type, 60), in_quotes(wanted));
  if (rule == ClipRule::each_frame) {
    VideoSettings
        frames;  // do_sample_frames does not matter: who reads clips here has to choose among their frames
    frames.sampling = read_sampling(json, where);
    frames.resize.clip = read_budget(json, where);
    frames.patches = read_patches(json, where, 14);
    frames.normalise = read_normalise(json, where);
    return frames;
  }
  VideoSettings settings;
  expect_switch(json, "do_sample_frames", where, true);
  settings.sampling = read_sampling(json, where);
  settings.resize.clip = read_budget(json, where);
  settings.resize.cap_pixels_per_frame = get_bool_or(json, "cap_pixels_per_frame", where, false);
  if (settings.resize.cap_pixels_per_frame)
    get_int_or(json, "max_video_tokens", where, 768, 768, 768);  // what ClipBudget caps by
  settings.patches = read_patches(json, where);
  settings.normalise = read_normalise(json, where);
  return settings;
}

/// From a checkpoint's folder. What has no file is Qwen3-VL's own, or with ClipRule::each_frame Qwen2-VL's; of a
/// missing video file, patches and normalisation are the images'.
inline ProcessorSettings read_processor_settings(const std::string& directory,
                                                 ClipRule rule = ClipRule::whole_clip) {
  constexpr std::uint64_t most_bytes = 1 << 20;
  if (!is_directory(directory)) throw Error(directory, "no such folder", "the folder of a checkpoint");
  const std::string combined = directory + "/processor_config.json";
  Json both = Json::object();
  if (is_regular_file(combined)) {
    both = read_json_file(combined, most_bytes);
    expect_object(both, combined);
  }
  /// The object, and its name for messages; null where no file has it.
  const auto find = [&](const char* key, const char* file) -> std::pair<Json, std::string> {
    if (find_member(both, key, combined))
      return {get_object(both, key, combined), member_path(combined, key)};
    const std::string path = directory + "/" + file;
    if (is_regular_file(path)) return {read_json_file(path, most_bytes), path};
    return {};
  };
  ProcessorSettings settings;
  settings.clip_rule = rule;
  if (rule == ClipRule::each_frame) {  // where no file says otherwise
    const Qwen2VideoSettings qwen2;
    settings.image.patches = qwen2.patches, settings.image.normalise = qwen2.normalise;
    settings.image.budget = qwen2.resize.image;
  }
  const auto [image, image_where] = find("image_processor", "preprocessor_config.json");
  const auto [video, video_where] = find("video_processor", "video_preprocessor_config.json");
  if (!image_where.empty())
    settings.image = read_image_settings(image, image_where, settings.image.patches.patch_size);
  if (!video_where.empty()) {
    settings.video = read_video_settings(video, video_where, rule);
  } else {
    settings.video.patches = settings.image.patches;
    settings.video.normalise = settings.image.normalise;
    if (rule == ClipRule::each_frame) settings.video.resize.clip = settings.image.budget;
  }
  return settings;
}

/// Those of the first Qwen-VL, whose checkpoint has no such file (image_transform of the release's visual.py): every
/// picture is resized to one size by PIL, bicubic, and normalised with CLIP's numbers; patches are in raster order.
/// `vision` is read from config.json: patch_size, spatial_merge_size, image_size.
template <class VisionConfig> ProcessorSettings qwen_vl_processor(const VisionConfig& vision) {
  ProcessorSettings settings;
  settings.clip_rule = ClipRule::no_clips;
  ImageSettings& image = settings.image;
  image.patches = {vision.patch_size, 1, vision.spatial_merge_size, PatchOrder::raster};
  image.fixed_side = vision.image_size;
  image.normalise = Qwen2VideoSettings().normalise;
  image.resampling = Resampling::pil_u8;
  image.normalisation = Normalisation::pil;
  settings.video.patches = image.patches;
  return settings;
}

/// Throws unless pictures and clips are cut as the vision tower reads them. `vision` is vision_config of
/// config.json: patch_size, temporal_patch_size, spatial_merge_size.
template <class VisionConfig>
void expect_same_patches(const ProcessorSettings& settings, const VisionConfig& vision) {
  const auto expect_same = [](const char* of, const char* name, int got, int wanted) {
    if (got != wanted)
      throw Error("processor settings",
                  std::string(name) + " of " + of + " is " + std::to_string(got) + ", config.json has " +
                      std::to_string(wanted),
                  "config.json and the preprocessor files of the same checkpoint?");
  };
  for (const auto& [of, patches] :
       {std::pair{"images", settings.image.patches}, std::pair{"videos", settings.video.patches}}) {
    expect_same(of, "patch_size", patches.patch_size, vision.patch_size);
    expect_same(of, "temporal_patch_size", patches.temporal_patch_size, vision.temporal_patch_size);
    expect_same(of, "merge_size", patches.merge_size, vision.spatial_merge_size);
  }
}

}  // namespace qwen3vl
