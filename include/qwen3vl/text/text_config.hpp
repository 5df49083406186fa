#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <vector>

#include <qwen3vl/ops/rope/scaling.hpp>

namespace qwen3vl {

/// The sizes of a decoder. A member may be a plain number or static constexpr: code says
/// config.hidden_size and does not care.
template <class C>
concept TextSizes = requires(const C config) {
  { config.hidden_size } -> std::convertible_to<int>;
  { config.intermediate_size } -> std::convertible_to<int>;
  { config.num_hidden_layers } -> std::convertible_to<int>;
  { config.num_attention_heads } -> std::convertible_to<int>;
  { config.num_key_value_heads } -> std::convertible_to<int>;
  { config.head_dim } -> std::convertible_to<int>;
  { config.vocab_size } -> std::convertible_to<int>;
  { config.rms_norm_eps } -> std::convertible_to<double>;
};

/// `text_config` of config.json. Names are the file's; the values below are Qwen3-VL-2B's.
struct TextConfig {
  int hidden_size = 2048;
  int intermediate_size = 6144;
  int num_hidden_layers = 28;
  int num_attention_heads = 16;
  int num_key_value_heads = 8;
  int head_dim = 128;                     // explicit: not hidden_size / num_attention_heads
  int num_experts = 0;                    // 0: no mixture of experts
  int num_experts_per_tok = 0;            // experts that a token visits
  int moe_intermediate_size = 0;          // of one expert
  int decoder_sparse_step = 1;            // every so many layers one has experts, the others a dense MLP
  std::vector<int> mlp_only_layers = {};  // more layers with a dense MLP, from 0
  int vocab_size = 151936;
  int max_position_embeddings = 262144;
  double rms_norm_eps = 1e-6;
  double rope_theta = 5e6;
  std::array<int, 3> mrope_section{24, 20, 20};  // pairs of t, h, w
  RopeScaling rope_scaling = {};                 // beyond the length of training
  bool tie_word_embeddings = true;

  /// Of a mixture of experts: has this layer, from 0, experts, or a dense MLP of intermediate_size?
  bool has_experts(int layer) const {
    const bool listed =
        std::find(mlp_only_layers.begin(), mlp_only_layers.end(), layer) != mlp_only_layers.end();
    return num_experts > 0 && !listed && (layer + 1) % decoder_sparse_step == 0;
  }
};
static_assert(TextSizes<TextConfig>);

}  // namespace qwen3vl
