#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <qwen3vl/generate/prompt.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/model/config.hpp>

/// What the commands need to know of a checkpoint's generation, apart from the model itself.
namespace program {

inline bool of_qwen2(const qwen3vl::Qwen3VLConfig& config) {
  return config.generation == qwen3vl::Generation::qwen2_vl ||
         config.generation == qwen3vl::Generation::qwen2_5_vl;
}
inline bool of_qwen1(const qwen3vl::Qwen3VLConfig& config) {
  return config.generation == qwen3vl::Generation::qwen_vl;
}
/// How pictures and clips are prepared, from the checkpoint's files; the first generation's from config.json.
inline qwen3vl::ProcessorSettings processor_settings(const std::string& directory,
                                                     const qwen3vl::Qwen3VLConfig& config) {
  using qwen3vl::ClipRule;
  if (of_qwen1(config)) return qwen3vl::qwen_vl_processor(config.vision_config);
  return qwen3vl::read_processor_settings(directory,
                                          of_qwen2(config) ? ClipRule::each_frame : ClipRule::whole_clip);
}
inline qwen3vl::VideoLayout video_layout(const qwen3vl::Qwen3VLConfig& config) {
  return of_qwen1(config)   ? qwen3vl::VideoLayout::no_videos
         : of_qwen2(config) ? qwen3vl::VideoLayout::single_group
                            : qwen3vl::VideoLayout::timestamp_groups;
}
/// Whose prompts, where the checkpoint has no chat template.
inline qwen3vl::TemplateKind template_kind(const qwen3vl::Qwen3VLConfig& config) {
  return of_qwen1(config)   ? qwen3vl::TemplateKind::qwen_vl
         : of_qwen2(config) ? qwen3vl::TemplateKind::qwen2_vl
                            : qwen3vl::TemplateKind::instruct;
}
/// What ends an answer. generation_config.json says it, but for the first generation's chat, whose turns end with
/// tokens that its code adds (get_stop_words_ids).
inline void add_stop_ids(const qwen3vl::Qwen3VLConfig& config, const qwen3vl::Tokenizer& tokenizer,
                         std::vector<std::int32_t>& ids) {
  const auto add = [&](const char* token) {
    const auto id = tokenizer.added_id(token);
    if (id && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  };
  const bool none = ids.empty();
  if (none || of_qwen1(config)) add("<|im_end|>");
  if (of_qwen1(config)) add("<|im_start|>");
  if (none) add("<|endoftext|>");
}
/// The settings of a clip whose frames are sized each for itself.
inline auto each_frame(const qwen3vl::ProcessorSettings& processor) {
  qwen3vl::Qwen2VideoSettings settings;
  settings.patches = processor.video.patches;
  settings.resize.image = processor.video.resize.clip;
  return settings;
}

}  // namespace program
