#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/tensor_info.hpp>

/// What to say when a tensor is not there. Cold code.
namespace qwen3vl {

/// Up to `most` names that resemble `wanted`, best first: by the length of what they share at their
/// beginning and at their end.
inline std::vector<std::string_view> nearest_names(std::string_view wanted,
                                                   std::span<const TensorInfo> tensors,
                                                   std::size_t most = 3) {
  std::vector<std::pair<std::size_t, std::string_view>> scored;
  for (const TensorInfo& tensor : tensors) {
    const std::string_view name = tensor.name;
    const std::size_t shorter = std::min(name.size(), wanted.size());
    std::size_t head = 0, tail = 0;
    while (head < shorter && name[head] == wanted[head]) ++head;
    while (tail < shorter - head && name[name.size() - 1 - tail] == wanted[wanted.size() - 1 - tail]) ++tail;
    if (head + tail > 0) scored.emplace_back(head + tail, name);
  }
  const auto better = [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  };
  const std::size_t count = std::min(most, scored.size());
  std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(count), scored.end(),
                    better);
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < count; ++i) names.push_back(scored[i].second);
  return names;
}

/// What kind of checkpoint has these names but not `wanted`; "" when none is known.
inline std::string other_kind_of_checkpoint(std::string_view wanted, std::span<const TensorInfo> tensors) {
  const auto any = [&](std::string_view part) {
    return std::any_of(tensors.begin(), tensors.end(),
                       [&](const TensorInfo& tensor) { return tensor.name.find(part) != std::string::npos; });
  };
  const auto asks = [&](std::string_view part) { return wanted.find(part) != std::string_view::npos; };
  const std::string stem(wanted.substr(0, wanted.rfind('.')));
  if (asks(".mlp.experts") ? any(".mlp.gate_proj.") : false) return "a dense checkpoint, not an MoE one";
  if (asks(".mlp.") && asks("language_model.") && any(".mlp.experts")) return "an MoE checkpoint";
  if (wanted == "lm_head.weight" && !tensors.empty())
    return "config.json says tie_word_embeddings is false, so the output matrix must be stored";
  if (asks(".weight") && (any(stem + ".qweight") || any(stem + ".weight_packed")))
    return "a quantised checkpoint of a format that is not read";
  if ((asks(".q_norm.") || asks(".k_norm.")) && any(".self_attn.q_proj.bias"))
    return "a Qwen2-VL or Qwen2.5-VL checkpoint";
  if (asks("model.visual.") && !any("visual.")) return "a text-only checkpoint";
  if (asks("language_model.layers.") && !any("language_model.layers."))
    return "a checkpoint without a decoder";
  return "";
}

/// Throws: model.safetensors: no tensor "lm_head.weight"; hint: nearest are …
[[noreturn]] inline void missing_tensor(const std::string& where, std::string_view wanted,
                                        std::span<const TensorInfo> tensors) {
  std::string hint = other_kind_of_checkpoint(wanted, tensors);
  const std::vector<std::string_view> names = nearest_names(wanted, tensors);
  for (std::size_t i = 0; i < names.size(); ++i)
    hint += (i ? ", " : hint.empty() ? "nearest: " : "; nearest: ") + in_quotes(names[i]);
  if (tensors.empty()) hint = "there is no tensor at all";
  throw Error(where, "no tensor " + in_quotes(wanted), hint);
}

}  // namespace qwen3vl
