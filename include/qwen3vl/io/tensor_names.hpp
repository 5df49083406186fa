#pragma once

#include <string>
#include <string_view>

namespace qwen3vl {

/// The name by which the models here know a weight. Two styles of prefix are in use:
///
///   Qwen2-VL, Qwen2.5-VL as published   visual.X   model.X   lm_head.X
///   Qwen3-VL, and all as saved lately   model.visual.X   model.language_model.X   lm_head.X
///
/// The second is canonical. language_model.model.X and language_model.lm_head.X, which some exporters
/// write, are understood as well. A canonical name stays as it is.
inline std::string canonical_tensor_name(std::string_view name) {
  const auto with = [](std::string_view prefix, std::string_view rest) {
    return std::string(prefix).append(rest);
  };
  if (name.starts_with("visual.")) return with("model.", name);
  if (name.starts_with("model.visual.") || name.starts_with("model.language_model."))
    return std::string(name);
  if (name.starts_with("model.")) return with("model.language_model.", name.substr(6));
  if (name.starts_with("language_model.model.")) return with("model.language_model.", name.substr(21));
  if (name.starts_with("language_model.lm_head.")) return std::string(name.substr(15));
  return std::string(name);
}

}  // namespace qwen3vl
