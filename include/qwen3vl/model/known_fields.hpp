#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>

/// Which fields of config.json are known here. One that is not may change the arithmetic: it is named in a
/// warning, never passed over in silence.
namespace qwen3vl::config_detail {

/// Fields that say nothing about the arithmetic of a forward pass, of any object.
inline constexpr std::string_view informational[] = {
    "_name_or_path",        "architectures", "attention_dropout",    "auto_map",
    "bos_token_id",         "dtype",         "eos_token_id",         "initializer_range",
    "initializer_factor",   "model_type",    "output_router_logits", "pad_token_id",
    "router_aux_loss_coef", "torch_dtype",   "transformers_version", "use_cache",
    "vision_token_id"};

inline constexpr std::string_view text_fields[] = {"attention_bias",
                                                   "decoder_sparse_step",
                                                   "head_dim",
                                                   "hidden_act",
                                                   "hidden_size",
                                                   "intermediate_size",
                                                   "layer_types",
                                                   "max_position_embeddings",
                                                   "max_window_layers",
                                                   "mlp_only_layers",
                                                   "moe_intermediate_size",
                                                   "norm_topk_prob",
                                                   "num_attention_heads",
                                                   "num_experts",
                                                   "num_experts_per_tok",
                                                   "num_hidden_layers",
                                                   "num_key_value_heads",
                                                   "num_local_experts",
                                                   "rms_norm_eps",
                                                   "rope_parameters",
                                                   "rope_scaling",
                                                   "rope_theta",
                                                   "sliding_window",
                                                   "tie_word_embeddings",
                                                   "use_sliding_window",
                                                   "vocab_size"};

inline constexpr std::string_view vision_fields[] = {"deepstack_visual_indexes",
                                                     "depth",
                                                     "embed_dim",
                                                     "fullatt_block_indexes",
                                                     "hidden_act",
                                                     "hidden_size",
                                                     "in_channels",
                                                     "in_chans",
                                                     "intermediate_size",
                                                     "mlp_ratio",
                                                     "num_heads",
                                                     "num_position_embeddings",
                                                     "out_hidden_size",
                                                     "patch_size",
                                                     "rope_parameters",
                                                     "spatial_merge_size",
                                                     "spatial_patch_size",
                                                     "temporal_patch_size",
                                                     "tokens_per_second",
                                                     "window_size"};

inline constexpr std::string_view top_fields[] = {
    "image_token_id", "quantization_config", "text_config",         "tie_word_embeddings",
    "video_token_id", "vision_config",       "vision_end_token_id", "vision_start_token_id"};

inline constexpr std::string_view rope_fields[] = {"attention_factor",
                                                   "beta_fast",
                                                   "beta_slow",
                                                   "factor",
                                                   "mrope_interleaved",
                                                   "mrope_section",
                                                   "mscale",
                                                   "mscale_all_dim",
                                                   "original_max_position_embeddings",
                                                   "rope_theta",
                                                   "rope_type",
                                                   "truncate",
                                                   "type"};

/// Adds a warning for every field of `object` that stands in none of the lists.
template <std::size_t... N>
void name_unknown(const Json& object, const std::string& where, std::vector<std::string>& warnings,
                  const std::string_view (&... lists)[N]) {
  constexpr std::size_t most = 16;  // a file of rubbish does not fill the screen
  for (const auto& [key, value] : object.items()) {
    const auto in = [&key = key](const auto& list) {
      return std::find(std::begin(list), std::end(list), key) != std::end(list);
    };
    if (in(informational) || (in(lists) || ...) || warnings.size() >= most) continue;
    warnings.push_back(where + " has the field " + in_quotes(key, 60) +
                       ", which is not known here and not used");
  }
}

}  // namespace qwen3vl::config_detail
