#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include <qwen3vl/model/known_fields.hpp>
#include <qwen3vl/model/model_config.hpp>
#include <qwen3vl/model/text_fields.hpp>

/// The fields of the first Qwen-VL's config.json, which is of another time: the decoder's stand at the top, the
/// tower's under `visual`, and model_type is that of the language model, "qwen". What only says how the reference
/// runs is known and not used.
namespace qwen3vl::config_detail {

inline constexpr std::string_view qwen_vl_fields[] = {
    "attn_dropout_prob", "bf16",           "emb_dropout_prob",    "fp16",           "fp32",
    "hidden_size",       "kv_channels",    "intermediate_size",   "no_bias",        "layer_norm_epsilon",
    "num_hidden_layers", "onnx_safe",      "num_attention_heads", "rotary_pct",     "max_position_embeddings",
    "rotary_emb_base",   "seq_length",     "scale_attn_weights",  "tokenizer_type", "quantization_config",
    "use_dynamic_ntk",   "use_flash_attn", "tie_word_embeddings", "use_logn_attn",  "visual",
    "vocab_size"};
inline constexpr std::string_view qwen_vl_visual_fields[] = {"heads",      "image_size", "image_start_id",
                                                             "layers",     "mlp_ratio",  "n_queries",
                                                             "output_dim", "patch_size", "width"};

/// `intermediate_size` counts both halves of the MLP, w1 and w2. theta and the queries grow with the length beyond
/// seq_length; where neither is wanted, as if the model had been trained up to its last position.
inline TextConfig read_qwen_vl_text(const Json& json, const std::string& where) {
  TextConfig config;
  config.hidden_size = get_int(json, "hidden_size", where, 1, 1 << 20);
  const int halves = get_int(json, "intermediate_size", where, 2, 1 << 22);
  if (halves % 2 != 0) contradiction(where, "intermediate_size is odd, but is that of two matrices");
  config.intermediate_size = halves / 2;
  config.num_hidden_layers = get_int(json, "num_hidden_layers", where, 1, 4096);
  config.num_attention_heads = get_int(json, "num_attention_heads", where, 1, 4096);
  config.num_key_value_heads = config.num_attention_heads;
  config.head_dim = get_int_or(json, "kv_channels", where, 128, 2, 512);
  if (config.head_dim % 2 != 0) contradiction(where, "kv_channels is odd");
  if (config.head_dim * config.num_attention_heads != config.hidden_size)
    contradiction(where, "kv_channels is not hidden_size / num_attention_heads");
  config.vocab_size = get_int(json, "vocab_size", where, 1, 1 << 24);
  config.max_position_embeddings = get_int_or(json, "max_position_embeddings", where, 8192, 1, 1 << 28);
  config.rms_norm_eps = get_double_or(json, "layer_norm_epsilon", where, 1e-6, 1e-12, 1);
  config.rope_theta = get_double_or(json, "rotary_emb_base", where, 1e4, 1, 1e12);
  config.tie_word_embeddings = get_bool_or(json, "tie_word_embeddings", where, false);
  if (get_double_or(json, "rotary_pct", where, 1) != 1)
    contradiction(where, "rotary_pct is not 1, but Qwen-VL rotates whole heads");
  for (const char* flag : {"no_bias", "scale_attn_weights"})
    if (!get_bool_or(json, flag, where, true))
      contradiction(where, std::string(flag).append(" is false, but Qwen-VL has it so"));

  const bool grows = get_bool_or(json, "use_dynamic_ntk", where, true);
  if (grows != get_bool_or(json, "use_logn_attn", where, true))
    contradiction(where, "use_dynamic_ntk and use_logn_attn differ", "both of them, or neither");
  config.rope_scaling.type = grows ? RopeScaling::Type::dynamic : RopeScaling::Type::none;
  const int trained = get_int(json, "seq_length", where, 2, 1 << 28);
  config.rope_scaling.original_max_position_embeddings = grows ? trained : config.max_position_embeddings;
  return config;
}

/// Every picture is a square of image_size, and as many tokens as there are queries; the side of their square divides
/// that of the patches, so that a token counts as so many patches.
inline VisionConfig read_qwen_vl_visual(const Json& visual, const std::string& where) {
  VisionConfig config;
  config.hidden_size = get_int(visual, "width", where, 4, 1 << 20);
  config.depth = get_int(visual, "layers", where, 1, 4096);
  config.num_heads = get_int(visual, "heads", where, 1, 4096);
  config.out_hidden_size = get_int(visual, "output_dim", where, 128, 1 << 20);
  config.intermediate_size =
      static_cast<int>(config.hidden_size * get_double(visual, "mlp_ratio", where, 1e-3, 1024));
  config.patch_size = get_int(visual, "patch_size", where, 1, 256);
  config.image_size = get_int(visual, "image_size", where, 1, 1 << 14);
  config.num_queries = get_int_or(visual, "n_queries", where, 256, 1, 1 << 16);
  config.resampler_heads = config.out_hidden_size / 128;  // visual.py: num_heads=output_dim // 128
  config.num_position_embeddings = 256;                   // likewise: torch.randn(256, width)
  config.temporal_patch_size = 1;
  config.deepstack_visual_indexes.clear();
  if (config.hidden_size % config.num_heads != 0) contradiction(where, "heads does not divide width");
  if (config.intermediate_size < 1) contradiction(where, "width · mlp_ratio is below 1");
  if (config.out_hidden_size % config.resampler_heads != 0)
    contradiction(where, "output_dim cannot be shared out to output_dim / 128 heads");
  const int patches = config.image_size / config.patch_size;  // a side
  if (patches < 1 || patches * config.patch_size != config.image_size)
    contradiction(where, "image_size is no multiple of patch_size");
  const int queries = static_cast<int>(std::lround(std::sqrt(config.num_queries)));
  if (queries * queries != config.num_queries || patches % queries != 0)
    contradiction(where, "n_queries is not the square of a number that divides image_size / patch_size");
  config.spatial_merge_size = patches / queries;
  return config;
}

/// Behind image_start_id, <img>, come </img> and <imgpad>, the token that stands for a picture's.
inline Qwen3VLConfig read_qwen_vl(const Json& json, const std::string& where) {
  if (!find_member(json, "visual", where))
    throw Error(where, "model_type is \"qwen\" and there is no visual: a model of text alone",
                "a checkpoint of Qwen-VL or Qwen-VL-Chat");
  const Json& visual = get_object(json, "visual", where);
  const std::string visual_where = where + ": visual";
  Qwen3VLConfig config;
  config.generation = Generation::qwen_vl;
  config.text_config = read_qwen_vl_text(json, where);
  config.vision_config = read_qwen_vl_visual(visual, visual_where);
  if (config.vision_config.out_hidden_size != config.text_config.hidden_size)
    contradiction(where, "visual.output_dim is not hidden_size");
  config.vision_start_token_id =
      get_int(visual, "image_start_id", visual_where, 0, config.text_config.vocab_size - 3);
  config.vision_end_token_id = config.vision_start_token_id + 1;
  config.image_token_id = config.vision_start_token_id + 2;
  config.video_token_id = -1;  // there are no clips
  name_unknown(json, where, config.warnings, qwen_vl_fields);
  name_unknown(visual, visual_where, config.warnings, qwen_vl_visual_fields);
  return config;
}

}  // namespace qwen3vl::config_detail
