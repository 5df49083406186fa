#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/text/text_config.hpp>

/// The decoder's fields of config.json.
namespace qwen3vl::config_detail {

[[noreturn]] inline void contradiction(const std::string& where, const std::string& what,
                                       const std::string& hint = "") {
  throw Error(where, what, hint);
}

/// What the generations do not have in common.
struct TextRules {
  const char* name;   // for messages
  bool interleaved;   // the sections of M-RoPE
  double rope_theta;  // where the file does not say
  std::array<int, 3> mrope_section;
  double rms_norm_eps;
  bool explicit_head_dim;  // head_dim is 128 where the file does not say, else hidden / heads
};
inline constexpr TextRules qwen3_text{"Qwen3-VL", true, 5e5, {24, 20, 20}, 1e-6, true};
inline constexpr TextRules qwen2_text{"Qwen2-VL and Qwen2.5-VL", false, 1e6, {16, 24, 24}, 1e-5, false};

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
inline void read_rope(const Json& text, const std::string& where, const TextRules& rules,
                      TextConfig& config) {
  const Json* rope = find_member(text, "rope_scaling", where);
  if (!rope || rope->empty()) rope = find_member(text, "rope_parameters", where);
  const std::string rope_where = where + ".rope_scaling";
  const Json none = Json::object();
  if (!rope) rope = &none;

  config.rope_theta =
      get_double_or(*rope, "rope_theta", rope_where,
                    get_double_or(text, "rope_theta", where, rules.rope_theta, 1, 1e12), 1, 1e12);
  const std::string type =
      get_string_or(*rope, "rope_type", rope_where, get_string_or(*rope, "type", rope_where, "default"));
  if (type != "default" && type != "mrope" && type != "yarn" && type != "linear" && type != "dynamic")
    contradiction(rope_where, "rope_type " + in_quotes(type) + " is not known",
                  "\"default\", \"yarn\", \"linear\" or \"dynamic\"");
  config.rope_scaling = read_scaling(*rope, rope_where, type, config.max_position_embeddings);
  if (config.rope_scaling.type != RopeScaling::Type::none && config.rope_theta < 1.01)
    contradiction(rope_where, "rope_theta is 1: there is no ladder to stretch");
  if (get_bool_or(*rope, "mrope_interleaved", rope_where, rules.interleaved) != rules.interleaved)
    contradiction(rope_where,
                  std::string("mrope_interleaved is ") + (rules.interleaved ? "false, but " : "true, but ") +
                      rules.name + (rules.interleaved ? " interleaves" : " do not interleave"),
                  "another generation has another model_type");
  const std::vector<int> section = get_ints_or(
      *rope, "mrope_section", rope_where, {rules.mrope_section.begin(), rules.mrope_section.end()}, 0, 65536);
  if (section.size() != 3 || 2 * (section[0] + section[1] + section[2]) != config.head_dim)
    contradiction(rope_where,
                  "mrope_section does not add up to head_dim / 2 = " + std::to_string(config.head_dim / 2));
  if (rules.interleaved && (section[0] < section[1] || section[0] < section[2]))
    contradiction(rope_where,
                  "mrope_section gives height or width more pairs than time, which cannot be interleaved");
  config.mrope_section = {section[0], section[1], section[2]};
}

inline void read_experts(const Json& text, const std::string& where, TextConfig& config) {
  config.num_experts = get_int_or(text, "num_experts", where,
                                  get_int_or(text, "num_local_experts", where, 128, 1, 4096), 1, 4096);
  if (get_int_or(text, "num_local_experts", where, config.num_experts, 1, 4096) != config.num_experts)
    contradiction(where, "num_experts and num_local_experts differ");
  config.num_experts_per_tok = get_int_or(text, "num_experts_per_tok", where, 8, 1, 4096);
  config.moe_intermediate_size = get_int(text, "moe_intermediate_size", where, 1, 1 << 22);
  if (config.num_experts_per_tok > config.num_experts)
    contradiction(where, "num_experts_per_tok is above num_experts");
  if (!get_bool_or(text, "norm_topk_prob", where, true))
    contradiction(where, "norm_topk_prob is false, but Qwen3-VL makes the shares of a token sum to 1");
  // in the released models every layer has experts: 1 and []
  config.decoder_sparse_step = get_int_or(text, "decoder_sparse_step", where, 1, 1, 1 << 20);
  config.mlp_only_layers = get_ints_or(text, "mlp_only_layers", where, {}, 0, config.num_hidden_layers - 1);
}

inline TextConfig read_text(const Json& text, const std::string& where, const TextRules& rules) {
  TextConfig config;
  config.hidden_size = get_int(text, "hidden_size", where, 1, 1 << 20);
  config.intermediate_size = get_int(text, "intermediate_size", where, 1, 1 << 22);
  config.num_hidden_layers = get_int(text, "num_hidden_layers", where, 1, 4096);
  config.num_attention_heads = get_int(text, "num_attention_heads", where, 1, 4096);
  config.num_key_value_heads =
      get_int_or(text, "num_key_value_heads", where, config.num_attention_heads, 1, 4096);
  const int shared = config.hidden_size / config.num_attention_heads;
  config.head_dim = get_int_or(text, "head_dim", where, rules.explicit_head_dim ? 128 : shared, 2, 512);
  config.vocab_size = get_int(text, "vocab_size", where, 1, 1 << 24);
  config.max_position_embeddings = get_int_or(text, "max_position_embeddings", where, 262144, 1, 1 << 28);
  config.rms_norm_eps = get_double_or(text, "rms_norm_eps", where, rules.rms_norm_eps, 1e-12, 1);
  if (config.num_attention_heads % config.num_key_value_heads != 0)
    contradiction(where, "num_attention_heads is not a multiple of num_key_value_heads");
  if (config.head_dim % 2 != 0) contradiction(where, "head_dim is odd");
  if (!rules.explicit_head_dim && config.head_dim * config.num_attention_heads != config.hidden_size)
    contradiction(where, "head_dim is not hidden_size / num_attention_heads");
  if (rules.explicit_head_dim && get_bool_or(text, "attention_bias", where, false))
    contradiction(where, "attention_bias is true, but Qwen3-VL has no bias in its attention");
  if (const std::string act = get_string_or(text, "hidden_act", where, "silu"); act != "silu")
    contradiction(where, "hidden_act is " + in_quotes(act) + ", should be \"silu\"");
  if (get_bool_or(text, "use_sliding_window", where, false))
    contradiction(where, std::string("use_sliding_window is true, but ")
                             .append(rules.name)
                             .append(" attend to the whole sequence"));
  if (const Json* types = find_member(text, "layer_types", where))
    for (const std::string& type : get_strings(text, "layer_types", where))
      if (type != "full_attention")
        contradiction(where, "layer_types names " + in_quotes(type) +
                                 ", should be \"full_attention\" in all " + std::to_string(types->size()));
  read_rope(text, where, rules, config);
  return config;
}

}  // namespace qwen3vl::config_detail
