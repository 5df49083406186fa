#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/text/text_config.hpp>
#include <qwen3vl/vision/vision_config.hpp>

namespace qwen3vl {

/// config.json of a Qwen3-VL checkpoint. Names are the file's.
struct Qwen3VLConfig {
  TextConfig text_config;
  VisionConfig vision_config;
  int image_token_id = 151655, video_token_id = 151656;
  int vision_start_token_id = 151652, vision_end_token_id = 151653;
  std::string dtype = "bfloat16";  // what the weights are stored as; informational
};

namespace config_detail {

[[noreturn]] inline void contradiction(const std::string& where, const std::string& what,
                                       const std::string& hint = "") {
  throw Error(where, what, hint);
}

/// What stretches the RoPE, where rope_type names something. `rope` is rope_scaling or rope_parameters.
inline RopeScaling read_scaling(const Json& rope, const std::string& where, const std::string& type,
                                int max_position_embeddings) {
  using Type = RopeScaling::Type;
  RopeScaling scaling;
  if (type == "default" || type == "mrope") return scaling;
  scaling.type = type == "yarn" ? Type::yarn : type == "linear" ? Type::linear : Type::dynamic;
  scaling.original_max_position_embeddings =
      get_double_or(rope, "original_max_position_embeddings", where, max_position_embeddings, 1, 1 << 28);
  if (type == "yarn" && !find_member(rope, "factor", where))
    scaling.factor = std::max(1.0, max_position_embeddings / scaling.original_max_position_embeddings);
  else
    scaling.factor = get_double(rope, "factor", where, 1, 1e6);
  const auto given = [&](const char* key, double fallback) {  // 0 and null mean the default
    const double value = get_double_or(rope, key, where, 0, 0, 1e6);
    return value > 0 ? value : fallback;
  };
  scaling.beta_fast = given("beta_fast", 32), scaling.beta_slow = given("beta_slow", 1);
  if (scaling.beta_fast < scaling.beta_slow) contradiction(where, "beta_fast is below beta_slow");
  scaling.truncate = get_bool_or(rope, "truncate", where, true);
  const double mscale = given("mscale", 0), all = given("mscale_all_dim", 0);
  const auto grown = [&](double m) {
    return scaling.factor <= 1 ? 1 : 0.1 * m * std::log(scaling.factor) + 1;
  };
  const double factor = mscale > 0 && all > 0 ? grown(mscale) / grown(all) : grown(1);
  scaling.attention_factor = get_double_or(rope, "attention_factor", where, factor, 1e-6, 1e6);
  return scaling;
}

/// The RoPE fields in either layout: `rope_parameters` (transformers 5) or `rope_theta` beside `rope_scaling`.
inline void read_rope(const Json& text, const std::string& where, TextConfig& config) {
  const Json* rope = find_member(text, "rope_scaling", where);
  if (!rope || rope->empty()) rope = find_member(text, "rope_parameters", where);
  const std::string rope_where = where + ".rope_scaling";
  const Json none = Json::object();
  if (!rope) rope = &none;

  config.rope_theta =
      get_double_or(*rope, "rope_theta", rope_where, get_double_or(text, "rope_theta", where, 5e5, 1, 1e12),
                    1, 1e12);  // 5e5 is the reference's default for Qwen3-VL
  const std::string type =
      get_string_or(*rope, "rope_type", rope_where, get_string_or(*rope, "type", rope_where, "default"));
  if (type != "default" && type != "mrope" && type != "yarn" && type != "linear" && type != "dynamic")
    contradiction(rope_where, "rope_type " + in_quotes(type) + " is not known",
                  "\"default\", \"yarn\", \"linear\" or \"dynamic\"");
  config.rope_scaling = read_scaling(*rope, rope_where, type, config.max_position_embeddings);
  if (config.rope_scaling.type != RopeScaling::Type::none && config.rope_theta < 1.01)
    contradiction(rope_where, "rope_theta is 1: there is no ladder to stretch");
  if (!get_bool_or(*rope, "mrope_interleaved", rope_where, true))
    contradiction(rope_where, "mrope_interleaved is false, but Qwen3-VL interleaves",
                  "a checkpoint of Qwen2-VL or Qwen2.5-VL has another model_type");
  const std::vector<int> section = get_ints_or(*rope, "mrope_section", rope_where, {24, 20, 20}, 0, 65536);
  if (section.size() != 3 || 2 * (section[0] + section[1] + section[2]) != config.head_dim)
    contradiction(rope_where,
                  "mrope_section does not add up to head_dim / 2 = " + std::to_string(config.head_dim / 2));
  if (section[0] < section[1] || section[0] < section[2])
    contradiction(rope_where,
                  "mrope_section gives height or width more pairs than time, which cannot be interleaved");
  config.mrope_section = {section[0], section[1], section[2]};
}

inline TextConfig read_text(const Json& text, const std::string& where) {
  TextConfig config;
  config.hidden_size = get_int(text, "hidden_size", where, 1, 1 << 20);
  config.intermediate_size = get_int(text, "intermediate_size", where, 1, 1 << 22);
  config.num_hidden_layers = get_int(text, "num_hidden_layers", where, 1, 4096);
  config.num_attention_heads = get_int(text, "num_attention_heads", where, 1, 4096);
  config.num_key_value_heads =
      get_int_or(text, "num_key_value_heads", where, config.num_attention_heads, 1, 4096);
  config.head_dim = get_int_or(text, "head_dim", where, 128, 2, 512);
  config.vocab_size = get_int(text, "vocab_size", where, 1, 1 << 24);
  config.max_position_embeddings = get_int_or(text, "max_position_embeddings", where, 262144, 1, 1 << 28);
  config.rms_norm_eps = get_double_or(text, "rms_norm_eps", where, 1e-6, 1e-12, 1);
  if (config.num_attention_heads % config.num_key_value_heads != 0)
    contradiction(where, "num_attention_heads is not a multiple of num_key_value_heads");
  if (config.head_dim % 2 != 0) contradiction(where, "head_dim is odd");
  if (get_bool_or(text, "attention_bias", where, false))
    contradiction(where, "attention_bias is true, but Qwen3-VL has no bias in its attention");
  if (const std::string act = get_string_or(text, "hidden_act", where, "silu"); act != "silu")
    contradiction(where, "hidden_act is " + in_quotes(act) + ", should be \"silu\"");
  if (get_bool_or(text, "use_sliding_window", where, false))
    contradiction(where, "use_sliding_window is true, but Qwen3-VL attends to the whole sequence");
  read_rope(text, where, config);
  return config;
}

inline VisionConfig read_vision(const Json& vision, const std::string& where) {
  VisionConfig config;
  config.hidden_size = get_int(vision, "hidden_size", where, 4, 1 << 20);
  config.out_hidden_size = get_int(vision, "out_hidden_size", where, 1, 1 << 20);
  config.intermediate_size = get_int(vision, "intermediate_size", where, 1, 1 << 22);
  config.depth = get_int(vision, "depth", where, 1, 4096);
  config.num_heads = get_int(vision, "num_heads", where, 1, 4096);
  config.in_channels =
      get_int_or(vision, "in_channels", where, get_int_or(vision, "in_chans", where, 3, 3, 3), 3, 3);
  config.patch_size = get_int_or(vision, "patch_size", where, 16, 1, 1024);
  config.temporal_patch_size = get_int_or(vision, "temporal_patch_size", where, 2, 2, 2);
  config.spatial_merge_size = get_int_or(vision, "spatial_merge_size", where, 2, 1, 64);
  config.num_position_embeddings = get_int_or(vision, "num_position_embeddings", where, 2304, 1, 1 << 24);
  config.deepstack_visual_indexes =
      get_ints_or(vision, "deepstack_visual_indexes", where, {8, 16, 24}, 0, config.depth - 1);
  if (config.hidden_size % config.num_heads != 0 || config.hidden_size / config.num_heads % 4 != 0)
    contradiction(where, "hidden_size / num_heads is no multiple of 4, as the two axes of RoPE need it");
  int side = 1;
  while (side * side < config.num_position_embeddings) ++side;
  if (side * side != config.num_position_embeddings)
    contradiction(where, "num_position_embeddings is not a square");
  for (std::size_t k = 1; k < config.deepstack_visual_indexes.size(); ++k)
    if (config.deepstack_visual_indexes[k] <= config.deepstack_visual_indexes[k - 1])
      contradiction(where, "deepstack_visual_indexes do not increase");
  if (const std::string act = get_string_or(vision, "hidden_act", where, "gelu_pytorch_tanh");
      act != "gelu_pytorch_tanh")
    contradiction(where, "hidden_act is " + in_quotes(act) + ", should be \"gelu_pytorch_tanh\"");
  return config;
}

}  // namespace config_detail

/// Reads config.json in either layout of its RoPE fields, and refuses what contradicts itself or the
/// architecture, naming file and field.
inline Qwen3VLConfig read_qwen3_vl_config(const Json& json, const std::string& where) {
  using namespace config_detail;
  if (const std::string type = get_string(json, "model_type", where); type != "qwen3_vl")
    contradiction(where, "model_type is " + in_quotes(type) + ", should be \"qwen3_vl\"",
                  "a dense Qwen3-VL checkpoint");
  Qwen3VLConfig config;
  config.text_config = read_text(get_object(json, "text_config", where), where + ": text_config");
  config.vision_config = read_vision(get_object(json, "vision_config", where), where + ": vision_config");
  config.text_config.tie_word_embeddings = get_bool_or(json, "tie_word_embeddings", where, false) ||
                                           get_bool_or(get_object(json, "text_config", where),
                                                       "tie_word_embeddings", where + ": text_config", false);
  config.image_token_id = get_int_or(json, "image_token_id", where, config.image_token_id, 0, 1 << 24);
  config.video_token_id = get_int_or(json, "video_token_id", where, config.video_token_id, 0, 1 << 24);
  config.vision_start_token_id =
      get_int_or(json, "vision_start_token_id", where, config.vision_start_token_id, 0, 1 << 24);
  config.vision_end_token_id =
      get_int_or(json, "vision_end_token_id", where, config.vision_end_token_id, 0, 1 << 24);
  config.dtype = get_string_or(json, "dtype", where, get_string_or(json, "torch_dtype", where, config.dtype));
  if (config.vision_config.out_hidden_size != config.text_config.hidden_size)
    contradiction(where, "vision_config.out_hidden_size is not text_config.hidden_size");
  if (static_cast<int>(config.vision_config.deepstack_visual_indexes.size()) >
      config.text_config.num_hidden_layers)
    contradiction(where, "more DeepStack levels than decoder layers");
  if (config.image_token_id == config.video_token_id)
    contradiction(where, "image_token_id and video_token_id are the same");
  if (json.contains("quantization_config") && !json["quantization_config"].is_null())
    contradiction(where, "quantization_config: the weights are quantised", "the checkpoint in bfloat16");
  return config;
}

}  // namespace qwen3vl
