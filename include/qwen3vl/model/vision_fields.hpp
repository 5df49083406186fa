#pragma once

#include <cmath>
#include <string>

#include <qwen3vl/model/text_fields.hpp>
#include <qwen3vl/vision/vision_config.hpp>

/// The vision tower's fields of config.json, generation by generation.
namespace qwen3vl::config_detail {

inline void expect_act(const Json& vision, const std::string& where, const char* wanted) {
  if (const std::string act = get_string_or(vision, "hidden_act", where, wanted); act != wanted)
    contradiction(where, "hidden_act is " + in_quotes(act) + ", should be " + in_quotes(wanted));
}

/// What all towers have. `hidden` is the name of the tower's own width.
inline VisionConfig read_tower(const Json& vision, const std::string& where, const char* hidden,
                               int patch_size) {
  VisionConfig config;
  config.hidden_size = get_int(vision, hidden, where, 4, 1 << 20);
  config.depth = get_int(vision, "depth", where, 1, 4096);
  config.num_heads = get_int(vision, "num_heads", where, 1, 4096);
  config.in_channels =
      get_int_or(vision, "in_channels", where, get_int_or(vision, "in_chans", where, 3, 3, 3), 3, 3);
  config.patch_size = get_int_or(vision, "patch_size", where, patch_size, 1, 1024);
  if (get_int_or(vision, "spatial_patch_size", where, config.patch_size, 1, 1024) != config.patch_size)
    contradiction(where, "patch_size and spatial_patch_size differ");
  config.temporal_patch_size = get_int_or(vision, "temporal_patch_size", where, 2, 2, 2);
  config.spatial_merge_size = get_int_or(vision, "spatial_merge_size", where, 2, 1, 64);
  config.num_position_embeddings = 0;
  config.deepstack_visual_indexes.clear();
  if (config.hidden_size % config.num_heads != 0 || config.hidden_size / config.num_heads % 4 != 0)
    contradiction(where,
                  std::string(hidden) + " / num_heads is no multiple of 4, as the two axes of RoPE need it");
  if (const Json* rope = find_member(vision, "rope_parameters", where)) {
    const std::string rope_where = where + ".rope_parameters";
    const std::string type = get_string_or(*rope, "rope_type", rope_where, "axial");
    if ((type != "axial" && type != "default") || get_double_or(*rope, "rope_theta", rope_where, 1e4) != 1e4)
      contradiction(rope_where, "is not the tower's RoPE", "rope_type \"axial\", rope_theta 10000");
  }
  return config;
}

inline VisionConfig read_qwen3_vision(const Json& vision, const std::string& where) {
  VisionConfig config = read_tower(vision, where, "hidden_size", 16);
  config.out_hidden_size = get_int(vision, "out_hidden_size", where, 1, 1 << 20);
  config.intermediate_size = get_int(vision, "intermediate_size", where, 1, 1 << 22);
  config.num_position_embeddings = get_int_or(vision, "num_position_embeddings", where, 2304, 1, 1 << 24);
  config.deepstack_visual_indexes =
      get_ints_or(vision, "deepstack_visual_indexes", where, {8, 16, 24}, 0, config.depth - 1);
  int side = 1;
  while (side * side < config.num_position_embeddings) ++side;
  if (side * side != config.num_position_embeddings)
    contradiction(where, "num_position_embeddings is not a square");
  for (std::size_t k = 1; k < config.deepstack_visual_indexes.size(); ++k)
    if (config.deepstack_visual_indexes[k] <= config.deepstack_visual_indexes[k - 1])
      contradiction(where, "deepstack_visual_indexes do not increase");
  expect_act(vision, where, "gelu_pytorch_tanh");
  return config;
}

inline VisionConfig read_qwen2_5_vision(const Json& vision, const std::string& where) {
  VisionConfig config = read_tower(vision, where, "hidden_size", 14);
  config.out_hidden_size = get_int(vision, "out_hidden_size", where, 1, 1 << 20);
  config.intermediate_size = get_int(vision, "intermediate_size", where, 1, 1 << 22);
  config.window_size = get_int_or(vision, "window_size", where, 112, 1, 1 << 16);
  config.fullatt_block_indexes =
      get_ints_or(vision, "fullatt_block_indexes", where, {7, 15, 23, 31}, 0, config.depth - 1);
  config.tokens_per_second = get_double_or(vision, "tokens_per_second", where, 4, 0, 1e6);
  if (config.window_size % (config.patch_size * config.spatial_merge_size) != 0)
    contradiction(where, "window_size is no multiple of patch_size · spatial_merge_size");
  expect_act(vision, where, "silu");
  return config;
}

/// Here `hidden_size` is the decoder's width and `embed_dim` the tower's.
inline VisionConfig read_qwen2_vision(const Json& vision, const std::string& where) {
  VisionConfig config = read_tower(vision, where, "embed_dim", 14);
  config.out_hidden_size = get_int(vision, "hidden_size", where, 1, 1 << 20);
  const double inner = config.hidden_size * get_double_or(vision, "mlp_ratio", where, 4, 1e-3, 1024);
  config.intermediate_size = static_cast<int>(inner);
  if (config.intermediate_size < 1 || inner != std::floor(inner))
    contradiction(where, "embed_dim · mlp_ratio is no whole number");
  expect_act(vision, where, "quick_gelu");
  return config;
}

}  // namespace qwen3vl::config_detail
