#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/io/tensor_convert.hpp>

/// The weights of experts as files store them. The model's own form, `gate_up_proj` [experts, 2·inner, hidden]
/// and `down_proj` [experts, hidden, inner], is what recent libraries save and is mapped as it is. Two
/// others are brought into it when they are loaded:
///
///   transposed    both last axes swapped: the released Qwen3-VL-MoE files, which multiply x @ W
///   per expert    experts.{e}.gate_proj.weight, .up_proj.weight, .down_proj.weight: text-only Qwen3-MoE
///
/// The shape tells: what has the model's own shape is taken as it is, a square matrix included.
namespace qwen3vl {

enum class ExpertLayout { own, transposed, per_expert };

/// "….experts.gate_up_proj" → "….experts."; empty for any other weight.
inline std::string_view experts_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const bool fused = dot != name.npos && name.substr(0, dot).ends_with(".experts");
  return fused ? name.substr(0, dot + 1) : std::string_view();
}

/// How the checkpoint stores this weight; nothing when it has it in no form that fits.
inline std::optional<ExpertLayout> find_expert_layout(const Checkpoint& checkpoint, std::string_view name,
                                                      const Shape& shape) {
  if (experts_of(name).empty() || shape.rank != 3) return std::nullopt;
  if (const TensorInfo* tensor = checkpoint.find(name)) {
    if (tensor->shape == shape) return ExpertLayout::own;
    if (tensor->shape == Shape{shape[0], shape[2], shape[1]}) return ExpertLayout::transposed;
    return std::nullopt;
  }
  const bool apart = checkpoint.contains(std::string(experts_of(name)) + "0.down_proj.weight");
  return apart ? std::optional(ExpertLayout::per_expert) : std::nullopt;
}

/// The tensors that hold the weight in this layout, in the order in which they lie in the model's own form,
/// with the shape each must have.
struct ExpertPart {
  std::string name;
  Shape shape;
};
inline std::vector<ExpertPart> expert_parts(std::string_view name, const Shape& shape, ExpertLayout layout) {
  if (layout == ExpertLayout::own) return {{std::string(name), shape}};
  if (layout == ExpertLayout::transposed) return {{std::string(name), {shape[0], shape[2], shape[1]}}};
  std::vector<ExpertPart> parts;
  for (std::int64_t e = 0; e < shape[0]; ++e) {
    const std::string expert = std::string(experts_of(name)) + std::to_string(e) + ".";
    if (name.ends_with("gate_up_proj")) {
      parts.push_back({expert + "gate_proj.weight", {shape[1] / 2, shape[2]}});
      parts.push_back({expert + "up_proj.weight", {shape[1] / 2, shape[2]}});
    } else {
      parts.push_back({expert + "down_proj.weight", {shape[1], shape[2]}});
    }
  }
  return parts;
}

/// [a, b] → [b, a]
template <class T> void transpose(std::span<const T> from, std::int64_t a, std::int64_t b, std::span<T> to) {
  constexpr std::int64_t tile = 32;  // rows and columns at a time: both stay in the cache
  for (std::int64_t i0 = 0; i0 < a; i0 += tile)
    for (std::int64_t j0 = 0; j0 < b; j0 += tile)
      for (std::int64_t j = j0; j < std::min(j0 + tile, b); ++j)
        for (std::int64_t i = i0; i < std::min(i0 + tile, a); ++i)
          to[std::size_t(j * a + i)] = from[std::size_t(i * b + j)];
}

/// Writes the weight in the model's own form.
template <class T>
void gather_experts(Checkpoint& checkpoint, std::string_view name, const Shape& shape, ExpertLayout layout,
                    std::span<T> out, Threads* threads) {
  std::size_t at = 0;
  for (const ExpertPart& part : expert_parts(name, shape, layout)) {
    const TensorInfo& tensor = checkpoint.take(part.name);
    tensor.expect_shape(part.shape);
    const std::span<T> to = out.subspan(at, std::size_t(part.shape.size()));
    at += to.size();
    if (layout == ExpertLayout::transposed) {
      const std::size_t each = to.size() / std::size_t(shape[0]),
                        bytes = tensor.bytes.size() / std::size_t(shape[0]);
      std::vector<T> expert(each);
      TensorInfo one = tensor;
      one.shape = {part.shape[1], part.shape[2]};
      for (std::size_t e = 0; e < std::size_t(shape[0]); ++e) {
        one.bytes = tensor.bytes.subspan(e * bytes, bytes);
        convert_tensor<T>(one, expert, threads);
        transpose<T>(expert, one.shape[0], one.shape[1], to.subspan(e * each, each));
      }
    } else {
      convert_tensor<T>(tensor, to, threads);
    }
  }
}

}  // namespace qwen3vl
