#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace qwen3vl {

namespace tensor_names {

/// What a module is called there and here, the first that fits.
struct Renaming {
  std::string_view from, to;
};
inline constexpr Renaming qwen_vl_top[] = {
    {"transformer.visual.transformer.resblocks.", "model.visual.blocks."},
    {"transformer.visual.conv1.", "model.visual.patch_embed.proj."},
    {"transformer.visual.", "model.visual."},
    {"transformer.wte.", "model.language_model.embed_tokens."},
    {"transformer.h.", "model.language_model.layers."},
    {"transformer.ln_f.", "model.language_model.norm."}};
inline constexpr Renaming qwen_vl_block[] = {{".ln_1.", ".norm1."},
                                             {".ln_2.", ".norm2."},
                                             {".attn.in_proj.", ".attn.qkv."},
                                             {".attn.out_proj.", ".attn.proj."},
                                             {".mlp.c_fc.", ".mlp.linear_fc1."},
                                             {".mlp.c_proj.", ".mlp.linear_fc2."}};
inline constexpr Renaming qwen_vl_layer[] = {
    {".ln_1.", ".input_layernorm."},         {".ln_2.", ".post_attention_layernorm."},
    {".attn.c_attn.", ".self_attn.c_attn."}, {".attn.c_proj.", ".self_attn.o_proj."},
    {".mlp.w1.", ".mlp.up_proj."},           {".mlp.w2.", ".mlp.gate_proj."},
    {".mlp.c_proj.", ".mlp.down_proj."}};

inline void rename(std::string& name, const auto& renamings) {
  for (const Renaming& renaming : renamings)
    if (const std::size_t at = name.find(renaming.from); at != name.npos) {
      name.replace(at, renaming.from.size(), renaming.to);
      return;
    }
}

inline std::string of_qwen_vl(std::string name) {
  rename(name, qwen_vl_top);
  if (name.starts_with("model.visual.blocks.")) rename(name, qwen_vl_block);
  if (name.starts_with("model.language_model.layers.")) rename(name, qwen_vl_layer);
  return name;
}

}  // namespace tensor_names

/// The name by which the models here know a weight. Three styles are in use:
///
///   Qwen-VL, the first generation       transformer.visual.X   transformer.h.{i}.X   lm_head.X
///   Qwen2-VL, Qwen2.5-VL as published   visual.X   model.X   lm_head.X
///   Qwen3-VL, and all as saved lately   model.visual.X   model.language_model.X   lm_head.X
///
/// The last is canonical. Qwen-VL's modules have other names, too: ln_1 is input_layernorm, mlp.w2 gate_proj; its
/// c_attn stays, being three weights in one (io/checkpoint.hpp cuts it). language_model.model.X and
/// language_model.lm_head.X, which some exporters write, are understood as well. A canonical name stays as it is.
inline std::string canonical_tensor_name(std::string_view name) {
  const auto with = [](std::string_view prefix, std::string_view rest) {
    return std::string(prefix).append(rest);
  };
  if (name.starts_with("transformer.")) return tensor_names::of_qwen_vl(std::string(name));
  if (name.starts_with("visual.")) return with("model.", name);
  if (name.starts_with("model.visual.") || name.starts_with("model.language_model."))
    return std::string(name);
  if (name.starts_with("model.")) return with("model.language_model.", name.substr(6));
  if (name.starts_with("language_model.model.")) return with("model.language_model.", name.substr(21));
  if (name.starts_with("language_model.lm_head.")) return std::string(name.substr(15));
  return std::string(name);
}

}  // namespace qwen3vl
