#pragma once

#include <cmath>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/frame_sampling.hpp>
#include <qwen3vl/media/image_settings.hpp>
#include <qwen3vl/media/video_clock.hpp>
#include <qwen3vl/media/video_resize.hpp>

/// How clips become patches: two policies, which frames and which size, and the numbers that images
/// have as well.
///
///   VideoSettings          SampleEvenly, ClipBudget    Qwen3-VL's video_preprocessor_config.json
///   UtilityVideoSettings   SampleClip, FrameBudget     qwen-vl-utils, then the processor without resizing
///   FrameListSettings      SampleAll, FrameListBudget  qwen-vl-utils for a list of pictures
///   Qwen2VideoSettings     SampleAll, ImageBudget      Qwen2-VL and Qwen2.5-VL processor
namespace qwen3vl {

template <FrameSampler Sampler, VideoResize Resize> struct BasicVideoSettings {
  Sampler sampling;     // fps, min_frames, max_frames …
  Resize resize;        // the pixel budget
  PatchLayout patches;  // patch_size 16, temporal_patch_size 2, merge_size 2
  Normalise normalise;  // image_mean, image_std
  Resampling resampling = Resampling::torchvision_u8;
  Normalisation normalisation = Normalisation::fused;
  Clock clock = Clock::time_stamps;
};

/// The defaults are those of Qwen3-VL's checkpoint files: 2 frames a second, 4 to 768 of them, 4096 to
/// 25165824 pixels a clip. A checkpoint's file has the last word.
using VideoSettings = BasicVideoSettings<SampleEvenly, ClipBudget>;

struct UtilityVideoSettings : BasicVideoSettings<SampleClip, FrameBudget> {
  UtilityVideoSettings() { resampling = Resampling::float_aa; }
};

struct FrameListSettings : BasicVideoSettings<SampleAll, FrameListBudget> {
  FrameListSettings() { resampling = Resampling::pil_u8; }
};

struct Qwen2VideoSettings : BasicVideoSettings<SampleAll, ImageBudget> {
  Qwen2VideoSettings() {
    patches.patch_size = 14;
    normalise = {{0.48145466f, 0.4578275f, 0.40821073f}, {0.26862954f, 0.26130258f, 0.27577711f}};  // CLIP's
  }
};

/// Throws unless clips can be made into patches with these settings.
template <FrameSampler Sampler, VideoResize Resize>
void check(const BasicVideoSettings<Sampler, Resize>& settings) {
  check(ImageSettings{.patches = settings.patches, .budget = {}, .normalise = settings.normalise});
}

}  // namespace qwen3vl
