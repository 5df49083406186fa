#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/model/sizes.hpp>

namespace qwen3vl {

/// What a conversation will take, in bytes, known before anything is allocated.
struct MemoryPlan {
  std::int64_t visual_tokens = 0;
  std::size_t weights = 0;   // all of them, mapped or converted
  std::size_t kv_cache = 0;  // for the whole context
  std::size_t pixels = 0;    // float pixel_values of the largest image or clip
  std::size_t features = 0;  // what the tower hands to the decoder, DeepStack's included
  std::size_t tower = 0;     // scratch of the largest pass
  std::size_t decoder = 0;   // scratch of a step, its arrays and logits
  std::size_t decoding = 0;  // while the largest picture or clip is read from its file; the caller's to say
  std::size_t pictures = 0;  // decoded, as long as the conversation lasts; the caller's to say
  std::size_t program = 0;   // what the process takes besides: code, tokenizer, kernels' scratch; likewise

  /// What decoding takes is given back before the tower works, pixels and the tower's scratch before the
  /// decoder writes to its cache and scratch.
  std::size_t peak() const {
    return weights + pictures + program +
           std::max({decoding, features + pixels + tower, features + kv_cache + decoder});
  }
};

/// Weights, cache and scratch for `context` tokens read in chunks of `chunk`, and media of these grids,
/// each looked at on its own in passes of at most `most_patches` patches.
template <class Model, class Config>
MemoryPlan plan_memory(const Config& config, std::span<const Grid> media, std::int64_t context,
                       std::int64_t chunk, std::int64_t most_patches = 16384) {
  using T = typename Model::ElementType;
  const auto& text = config.text_config;
  const auto& vision = config.vision_config;
  const std::int64_t levels = deepstack_levels<Model>(config);
  chunk = std::min(chunk, context);
  MemoryPlan plan;
  plan.weights = weight_bytes<typename Model::template On<DryRun>>(config);
  plan.kv_cache = std::size_t(2 * text.num_hidden_layers * text.num_key_value_heads) * text.head_dim *
                  context * sizeof(T);
  plan.decoder =
      step_bytes<Model>(config, chunk, 1, 1) + std::size_t(text.vocab_size) * (sizeof(T) + sizeof(float));
  for (const Grid& grid : media) {
    const std::int64_t frame = std::int64_t(grid.h) * grid.w;
    const int frames = static_cast<int>(std::clamp<std::int64_t>(most_patches / frame, 1, grid.t));
    const Grid pass{frames, grid.h, grid.w};
    plan.visual_tokens += grid.tokens(vision.spatial_merge_size);
    plan.pixels =
        std::max(plan.pixels, std::size_t(grid.patches() * vision.patch_elements()) * sizeof(float));
    plan.tower = std::max(plan.tower, see_bytes<Model>(config, std::span(&pass, 1)));
  }
  plan.features = std::size_t((levels + 1) * plan.visual_tokens * text.hidden_size) * sizeof(T);
  return plan;
}

}  // namespace qwen3vl
