#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace program {

/// The order in which a forward pass computes its tensors, read off their names. A name is a path in the
/// tree of modules, and three rules are enough:
///
///   parts before the whole     layers.0.self_attn.q_norm, layers.0.self_attn, …, layers.0, layers.1.…
///   parts of one module        as the modules call each other: `order` below; numbers count
///   at the top                 inputs, embed_tokens, visual, position_ids, language_model, logits, tokens
///
/// and two exceptions. A second pass of the vision tower ("blocks.0#2", "rotary_pos_emb#2.cos") comes as a
/// whole behind the first. A DeepStack merger comes behind the block that it taps, which its name does not
/// tell: blocks 5, 11, 17 of 24 and 8, 16, 24 of 27, as released; of another depth, merger k taps block k.
class ForwardOrder {
 public:
  /// `names` are all that will be ordered: they tell the depth of the tower.
  explicit ForwardOrder(std::span<const std::string> names) {
    for (const std::string& name : names)
      if (const auto at = name.find("visual.blocks."); at != std::string::npos)
        depth_ =
            std::max(depth_, number(name.substr(at + 14, name.find_first_of(".#", at + 14) - at - 14)) + 1);
  }

  void sort(std::vector<std::string>& names) const {
    std::vector<std::pair<Key, std::string>> keyed;
    for (std::string& name : names) {
      Key key = key_of(name);
      keyed.emplace_back(std::move(key), std::move(name));
    }
    std::sort(keyed.begin(), keyed.end());
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = std::move(keyed[i].second);
  }

 private:
  /// A step of the path: its rank among its neighbours, then its name.
  using Step = std::pair<std::int64_t, std::string>;
  using Key = std::vector<Step>;
  static constexpr std::int64_t unknown = 1000, whole = 1 << 30, behind_whole = whole + 1;

  static constexpr auto order = std::to_array<std::string_view>(
      {// at the top
       "input_ids", "attention_mask", "mm_token_type_ids", "frame_indices", "timestamps", "image_grid_thw",
       "video_grid_thw", "pixel_values", "pixel_values_videos", "embedding", "visual", "position_ids",
       "rope_deltas", "language_model", "lm_head", "logits", "logits_bf16", "last_logits", "greedy_tokens",
       // the vision tower
       "patch_embed", "pos_embed", "rotary_pos_emb", "ln_pre", "blocks", "norm1", "attn", "norm2", "merger",
       "deepstack_merger_list", "attn_pool", "ln_post",
       // the decoder
       "embed_tokens", "rotary_emb", "layers", "input_layernorm", "self_attn", "q_proj", "q_norm", "k_proj",
       "k_norm", "v_proj", "o_proj", "post_attention_layernorm", "mlp", "gate_proj", "up_proj", "act_fn",
       "down_proj", "norm", "qkv", "proj", "linear_fc1", "linear_fc2",
       // of one module
       "cos", "sin", "weight", "bias"});

  static std::int64_t number(std::string_view text) {
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 && value < unknown ? value
                                                                                                     : -1;
  }

  static std::int64_t rank(std::string_view step) {
    if (const std::int64_t n = number(step); n >= 0) return n;
    return std::min<std::int64_t>(std::find(order.begin(), order.end(), step) - order.begin(), unknown);
  }

  std::int64_t tapped_block(std::int64_t merger) const {
    if (merger < 3 && depth_ == 24) return 5 + 6 * merger;
    if (merger < 3 && depth_ == 27) return 8 + 8 * merger;
    return merger;
  }

  Key key_of(std::string_view name) const {
    std::vector<std::string> path;
    std::int64_t pass = 1;
    for (std::string_view rest = name; !rest.empty();) {
      std::string_view step = rest.substr(0, rest.find('.'));
      rest.remove_prefix(std::min(step.size() + 1, rest.size()));
      if (const auto mark = step.find('#'); mark != step.npos) {
        pass = number(step.substr(mark + 1));
        step = step.substr(0, mark);
      }
      path.emplace_back(step);
    }
    if (!path.empty() && path[0] == "model") path.erase(path.begin());
    if (path.size() > 1 && path[0] == "language_model" && path[1] == "embed_tokens") path[0] = "embedding";

    Key key;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (i > 0 && path[i - 1] == "deepstack_merger_list") {
        const std::int64_t block = tapped_block(number(path[i]));
        key.back() = {rank("blocks"), "blocks"};
        key.emplace_back(block, std::to_string(block));
        key.emplace_back(behind_whole, "");
      }
      key.emplace_back(rank(path[i]), path[i]);
      if (i == 0) key.emplace_back(pass, "");
    }
    key.emplace_back(whole, "");
    return key;
  }

  std::int64_t depth_ = 0;
};

}  // namespace program
