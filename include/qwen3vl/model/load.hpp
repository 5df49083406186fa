#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/io/tensor_convert.hpp>
#include <qwen3vl/model/expert_layout.hpp>
#include <qwen3vl/model/sizes.hpp>

namespace qwen3vl {

/// A model whose weights are in place. Those the file stores as the model wants them are the mapped
/// file; the others are in `converted`. The checkpoint must outlive it.
template <class Model> struct Loaded {
  Buffer<typename Model::BackendType> converted;
  Model model;
  std::vector<std::string> unused;  // tensors of the checkpoint that this model has no place for
};

/// Can the tensor's bytes in the file serve as they are?
template <class T> bool maps_as(const TensorInfo& tensor) {
  return reads_as<T>(tensor.dtype) && tensor.aligned<T>();
}

/// Where a weight comes from: as it lies in the file, brought into form, or nowhere.
enum class WeightSource { mapped, converted, unfit };

/// A weight that the file has as [in, out] is listed as "name.transposed": the name in the file, or nothing.
inline std::string_view transposed_name(std::string_view name) {
  constexpr std::string_view mark = ".transposed";
  return name.ends_with(mark) ? name.substr(0, name.size() - mark.size()) : std::string_view();
}

template <class T>
WeightSource weight_source(const Checkpoint& checkpoint, std::string_view name, const Shape& shape) {
  if (const auto stored = transposed_name(name); !stored.empty()) {
    const TensorInfo* tensor = checkpoint.find(stored);
    return tensor && tensor->shape == Shape{shape[1], shape[0]} ? WeightSource::converted
                                                                : WeightSource::unfit;
  }
  if (const auto layout = find_expert_layout(checkpoint, name, shape); layout && *layout != ExpertLayout::own)
    return WeightSource::converted;
  const TensorInfo* tensor = checkpoint.find(name);
  if (!tensor || !(tensor->shape == shape)) return WeightSource::unfit;
  return maps_as<T>(*tensor) ? WeightSource::mapped : WeightSource::converted;
}

/// Throws, with the name of the weight that is missing or has another shape.
inline void says_what_is_wrong(const Checkpoint& checkpoint, std::string_view name, const Shape& shape) {
  if (const auto stored = transposed_name(name); !stored.empty())
    checkpoint.at(stored).expect_shape({shape[1], shape[0]});
  else
    checkpoint.at(name).expect_shape(shape);
}

/// [a, b] → [b, a]
template <class T> void transpose_tensor(const TensorInfo& tensor, std::span<T> to, Threads* threads) {
  std::vector<T> upright(to.size());
  convert_tensor<T>(tensor, upright, threads);
  transpose<T>(upright, tensor.shape[0], tensor.shape[1], to);
}

/// Bytes that load() will allocate: of weights stored as another type, in another layout, or askew.
template <class Model, class Config>
std::size_t converted_bytes(const Checkpoint& checkpoint, const Config& config) {
  using T = typename Model::ElementType;
  std::size_t bytes = 0;
  Model model(config);
  Model::weights(model, config, [&](std::string_view name, auto&, Shape shape) {
    if (weight_source<T>(checkpoint, name, shape) == WeightSource::converted)
      bytes += (std::size_t(shape.size()) * sizeof(T) + 255) / 256 * 256;
  });
  return bytes;
}

/// Finds every weight of the model in the checkpoint, by name and shape. Throws with the tensor's name
/// when one is missing, has another shape or cannot be converted.
template <class Model, class Config>
Loaded<Model> load(typename Model::BackendType& on, Checkpoint& checkpoint, const Config& config,
                   Threads* threads = nullptr, const Progress& progress = {}) {
  using T = typename Model::ElementType;
  static_assert(std::is_same_v<typename Model::Space, Host>, "a mapped file serves models on the host");
  Loaded<Model> loaded{
      Buffer<typename Model::BackendType>(on, converted_bytes<Model>(checkpoint, config)), Model(config), {}};
  std::byte* at = loaded.converted.data();
  std::uint64_t done = 0;

  Model::weights(loaded.model, config, [&](std::string_view name, auto& view, Shape shape) {
    const WeightSource source = weight_source<T>(checkpoint, name, shape);
    if (source == WeightSource::unfit) says_what_is_wrong(checkpoint, name, shape);
    if (source == WeightSource::mapped) return set_shape(view, shape, checkpoint.take(name).flat<T>().data());
    const std::span<T> to(reinterpret_cast<T*>(at), std::size_t(shape.size()));
    if (const auto layout = find_expert_layout(checkpoint, name, shape))
      gather_experts<T>(checkpoint, name, shape, *layout, to, threads);
    else if (const auto stored = transposed_name(name); !stored.empty())
      transpose_tensor<T>(checkpoint.take(stored), to, threads);
    else
      convert_tensor<T>(checkpoint.take(name), to, threads);
    at += (to.size_bytes() + 255) / 256 * 256;
    done += to.size_bytes();
    if (progress) progress(done, loaded.converted.bytes(), std::string("converting to ") + dtype_name<T>);
    set_shape(view, shape, static_cast<const T*>(to.data()));
  });
  loaded.model.tie(config);
  if (config.text_config.tie_word_embeddings && checkpoint.contains("lm_head.weight"))
    checkpoint.take("lm_head.weight");
  loaded.unused = checkpoint.untaken();
  return loaded;
}

}  // namespace qwen3vl
