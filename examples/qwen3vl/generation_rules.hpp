#pragma once

#include <qwen3vl/generate/prompt.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/model/config.hpp>

/// What the commands need to know of a checkpoint's generation, apart from the model itself.
namespace program {

inline bool of_qwen2(const qwen3vl::Qwen3VLConfig& config) {
  return config.generation == qwen3vl::Generation::qwen2_vl ||
         config.generation == qwen3vl::Generation::qwen2_5_vl;
}
inline qwen3vl::ClipRule clip_rule(const qwen3vl::Qwen3VLConfig& config) {
  return of_qwen2(config) ? qwen3vl::ClipRule::each_frame : qwen3vl::ClipRule::whole_clip;
}
inline qwen3vl::VideoLayout video_layout(const qwen3vl::Qwen3VLConfig& config) {
  return of_qwen2(config) ? qwen3vl::VideoLayout::single_group : qwen3vl::VideoLayout::timestamp_groups;
}
/// Whose prompts, where the checkpoint has no chat template.
inline qwen3vl::TemplateKind template_kind(const qwen3vl::Qwen3VLConfig& config) {
  return of_qwen2(config) ? qwen3vl::TemplateKind::qwen2_vl : qwen3vl::TemplateKind::instruct;
}
/// The settings of a clip whose frames are sized each for itself.
inline auto each_frame(const qwen3vl::ProcessorSettings& processor) {
  qwen3vl::Qwen2VideoSettings settings;
  settings.patches = processor.video.patches;
  settings.resize.image = processor.video.resize.clip;
  return settings;
}

}  // namespace program
