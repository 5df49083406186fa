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

/// Bytes that load() will allocate: of weights stored as another type, or askew.
template <class Model, class Config>
std::size_t converted_bytes(const Checkpoint& checkpoint, const Config& config) {
  using T = typename Model::ElementType;
  std::size_t bytes = 0;
  Model model(config);
  Model::weights(model, config, [&](std::string_view name, auto&, Shape shape) {
    const TensorInfo* tensor = checkpoint.find(name);
    if (tensor && !maps_as<T>(*tensor)) bytes += (std::size_t(shape.size()) * sizeof(T) + 255) / 256 * 256;
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
    const TensorInfo& tensor = checkpoint.take(name);
    tensor.expect_shape(shape);
    const T* data;
    if (maps_as<T>(tensor)) {
      data = tensor.flat<T>().data();
    } else {
      const std::span<T> to(reinterpret_cast<T*>(at), std::size_t(shape.size()));
      convert_tensor<T>(tensor, to, threads);
      data = to.data();
      at += (to.size_bytes() + 255) / 256 * 256;
      done += to.size_bytes();
      if (progress) progress(done, loaded.converted.bytes(), std::string("converting to ") + dtype_name<T>);
    }
    set_shape(view, shape, data);
  });
  loaded.model.tie(config);
  if (config.text_config.tie_word_embeddings && checkpoint.contains("lm_head.weight"))
    checkpoint.take("lm_head.weight");
  loaded.unused = checkpoint.untaken();
  return loaded;
}

}  // namespace qwen3vl
