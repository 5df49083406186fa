#pragma once

#include <concepts>
#include <vector>

namespace qwen3vl {

/// The sizes of a vision tower.
template <class C>
concept VisionSizes = requires(const C config) {
  { config.hidden_size } -> std::convertible_to<int>;
  { config.out_hidden_size } -> std::convertible_to<int>;
  { config.intermediate_size } -> std::convertible_to<int>;
  { config.depth } -> std::convertible_to<int>;
  { config.num_heads } -> std::convertible_to<int>;
  { config.in_channels } -> std::convertible_to<int>;
  { config.patch_size } -> std::convertible_to<int>;
  { config.temporal_patch_size } -> std::convertible_to<int>;
  { config.spatial_merge_size } -> std::convertible_to<int>;
};

/// `vision_config` of config.json. Names are the file's; the values below are Qwen3-VL-2B's.
struct VisionConfig {
  int hidden_size = 1024;
  int out_hidden_size = 2048;  // the decoder's hidden_size
  int intermediate_size = 4096;
  int depth = 24;
  int num_heads = 16;
  int in_channels = 3;
  int patch_size = 16;
  int temporal_patch_size = 2;
  int spatial_merge_size = 2;
  int num_position_embeddings = 2304;                    // 48²
  std::vector<int> deepstack_visual_indexes{5, 11, 17};  // the blocks that are tapped, from 0
  int window_size = 112;                                 // in pixels; of towers with windows, Qwen2.5-VL's
  std::vector<int> fullatt_block_indexes = {};           // the blocks that look beyond their window, from 0
  double tokens_per_second = 2;                          // of absolute time, Qwen2.5-VL's
  int image_size = 0;                                    // pixels; the one size of pictures, Qwen-VL's
  int num_queries = 0, resampler_heads = 0;              // of the resampler, Qwen-VL's

  /// Numbers in a flattened patch: channels · frames · rows · columns.
  int patch_elements() const { return in_channels * temporal_patch_size * patch_size * patch_size; }
  int merged_patches() const { return spatial_merge_size * spatial_merge_size; }
};
static_assert(VisionSizes<VisionConfig>);

}  // namespace qwen3vl
