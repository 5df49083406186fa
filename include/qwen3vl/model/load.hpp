#pragma once

#include <algorithm>
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

/// A model whose weights are in place. On the host, those the file stores as the model wants them are the
/// mapped file, which must outlive it; the others, and on a device all, are in `converted`.
template <class Model> struct Loaded {
  Buffer<typename Model::BackendType> converted;
  Model model;
  std::vector<std::string> unused;  // tensors of the checkpoint that this model has no place for
};

/// Can the tensor's bytes in the file serve a model in this memory as they are?
template <class T, class Space = Host> bool maps_as(const TensorInfo& tensor) {
  return std::is_same_v<Space, Host> && reads_as<T>(tensor.dtype) && tensor.aligned<T>();
}

/// Where a weight comes from: as it lies in the file, brought into form, or nowhere.
enum class WeightSource { mapped, converted, unfit };

/// A weight that the file has as [in, out] is listed as "name.transposed": the name in the file, or nothing.
inline std::string_view transposed_name(std::string_view name) {
  constexpr std::string_view mark = ".transposed";
  return name.ends_with(mark) ? name.substr(0, name.size() - mark.size()) : std::string_view();
}

template <class T, class Space>
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
  if constexpr (!Element<T>)
    if (!reads_as<T>(tensor->dtype) || !tensor->aligned<T>()) return WeightSource::unfit;
  return maps_as<T, Space>(*tensor) ? WeightSource::mapped : WeightSource::converted;
}

/// Throws, with the name of the weight that is missing, or has another shape or a type that T is not made of.
template <class T>
void says_what_is_wrong(const Checkpoint& checkpoint, std::string_view name, const Shape& shape) {
  if (const auto stored = transposed_name(name); !stored.empty())
    checkpoint.at(stored).expect_shape({shape[1], shape[0]});
  else
    checkpoint.at(name).expect_shape(shape);
  if constexpr (!Element<T>) checkpoint.at(name).template flat<T>();
}

/// [a, b] → [b, a]
template <class T> void transpose_tensor(const TensorInfo& tensor, std::span<T> to, Threads* threads) {
  std::vector<T> upright(to.size());
  convert_tensor<T>(tensor, upright, threads);
  transpose<T>(upright, tensor.shape[0], tensor.shape[1], to);
}

/// The tensor's elements as T to a backend's memory, piece by piece; `tell` hears the bytes of each.
template <class T, Backend B, class Tell>
void bring_tensor(B& on, const TensorInfo& tensor, T* to, Threads* threads, Tell tell) {
  if constexpr (std::is_same_v<typename B::Space, Host>) {
    const std::span<T> all(to, std::size_t(tensor.shape.size()));
    if constexpr (Element<T>)
      convert_tensor<T>(tensor, all, threads);
    else
      std::ranges::copy(tensor.flat<T>(), to);
    tell(all.size_bytes());
  } else {
    constexpr std::size_t piece = std::size_t{8} << 20;  // elements
    const std::size_t size = std::size_t(tensor.shape.size()), stored = bytes_of(tensor.dtype);
    std::vector<T> converted(reads_as<T>(tensor.dtype) ? 0 : std::min(piece, size));
    for (std::size_t begin = 0; begin < size; begin += piece) {
      TensorInfo part = tensor;
      const std::size_t count = std::min(piece, size - begin);
      part.shape = Shape{static_cast<std::int64_t>(count)};
      part.bytes = tensor.bytes.subspan(begin * stored, count * stored);
      const void* from = part.bytes.data();
      if constexpr (Element<T>)
        if (!converted.empty()) {
          convert_tensor<T>(part, std::span(converted).first(count), threads);
          from = converted.data();
        }
      on.copy_in(to + begin, from, count * sizeof(T));
      tell(count * sizeof(T));
    }
  }
}

/// Is the weight put together from another form of it than ours?
inline bool is_stored_otherwise(const Checkpoint& checkpoint, std::string_view name, const Shape& shape) {
  return !transposed_name(name).empty() || find_expert_layout(checkpoint, name, shape);
}

/// fill(span) makes n numbers on the host, which then are where the backend works.
template <class T, Backend B, class Fill> void bring_numbers(B& on, std::size_t n, T* to, Fill fill) {
  if constexpr (std::is_same_v<typename B::Space, Host>) {
    fill(std::span<T>(to, n));
  } else {
    std::vector<T> numbers(n);
    fill(std::span<T>(numbers));
    on.copy_in(to, numbers.data(), n * sizeof(T));
  }
}

/// Bytes that load() will allocate: on the host of weights stored as another type, or askew; else of all.
template <class Model, class Config>
std::size_t converted_bytes(const Checkpoint& checkpoint, const Config& config) {
  std::size_t bytes = 0;
  Model model(config);
  Model::weights(model, config, [&](std::string_view name, auto& view, Shape shape) {
    using T = WeightElement<decltype(view)>;
    if (weight_source<T, typename Model::Space>(checkpoint, name, shape) == WeightSource::converted)
      bytes += (std::size_t(shape.size()) * sizeof(T) + 255) / 256 * 256;
  });
  return bytes;
}

/// Finds every weight of the model in the checkpoint, by name and shape. Throws with the tensor's name
/// when one is missing, has another shape or cannot be converted.
template <class Model, class Config>
Loaded<Model> load(typename Model::BackendType& on, Checkpoint& checkpoint, const Config& config,
                   Threads* threads = nullptr, const Progress& progress = {}) {
  Loaded<Model> loaded{
      Buffer<typename Model::BackendType>(on, converted_bytes<Model>(checkpoint, config)), Model(config), {}};
  std::byte* at = loaded.converted.data();
  std::uint64_t done = 0;
  const std::string what = std::is_same_v<typename Model::Space, Host>
                               ? std::string("converting to ") + dtype_name<typename Model::ElementType>
                               : std::string("loading to the device");

  Model::weights(loaded.model, config, [&](std::string_view name, auto& view, Shape shape) {
    using T = WeightElement<decltype(view)>;
    const WeightSource source = weight_source<T, typename Model::Space>(checkpoint, name, shape);
    if (source == WeightSource::unfit) says_what_is_wrong<T>(checkpoint, name, shape);
    if (source == WeightSource::mapped) return set_shape(view, shape, checkpoint.take(name).flat<T>().data());
    T* const to = reinterpret_cast<T*>(at);
    const std::size_t bytes = std::size_t(shape.size()) * sizeof(T);
    const auto tell = [&](std::size_t brought) {
      done += brought;
      if (progress) progress(done, loaded.converted.bytes(), what);
    };
    if (!Element<T> || !is_stored_otherwise(checkpoint, name, shape)) {
      bring_tensor<T>(on, checkpoint.take(name), to, threads, tell);
    } else if constexpr (Element<T>) {
      bring_numbers<T>(on, std::size_t(shape.size()), to, [&](std::span<T> numbers) {
        if (const auto layout = find_expert_layout(checkpoint, name, shape))
          gather_experts<T>(checkpoint, name, shape, *layout, numbers, threads);
        else
          transpose_tensor<T>(checkpoint.take(transposed_name(name)), numbers, threads);
      });
      tell(bytes);
    }
    at += (bytes + 255) / 256 * 256;
    set_shape(view, shape, static_cast<const T*>(to));
  });
  loaded.model.tie(config);
  if (config.text_config.tie_word_embeddings && checkpoint.contains("lm_head.weight"))
    checkpoint.take("lm_head.weight");
  loaded.unused = checkpoint.untaken();
  return loaded;
}

}  // namespace qwen3vl
