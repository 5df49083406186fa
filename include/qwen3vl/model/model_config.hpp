#pragma once

#include <string>
#include <vector>

#include <qwen3vl/text/text_config.hpp>
#include <qwen3vl/vision/vision_config.hpp>

namespace qwen3vl {

/// Which of the family's models: config.json's model_type.
enum class Generation { qwen_vl, qwen2_vl, qwen2_5_vl, qwen3_vl, qwen3_vl_moe };

/// config.json of a checkpoint. Names are those of Qwen3-VL's file; what other generations call otherwise
/// stands under these (model/config.hpp).
struct Qwen3VLConfig {
  TextConfig text_config;
  VisionConfig vision_config;
  int image_token_id = 151655, video_token_id = 151656;
  int vision_start_token_id = 151652, vision_end_token_id = 151653;
  std::string dtype = "bfloat16";  // what the weights are stored as; informational
  Generation generation = Generation::qwen3_vl;
  std::vector<std::string> warnings = {};  // fields that are not known here, by name
};

}  // namespace qwen3vl
