#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/sizes.hpp>

#include "random_weights.hpp"

namespace program {

/// A model with the random weights of make-checkpoint, made where it works: no file is written or read.
/// `machine` has `on`, the backend, and fill(RandomWeights, to, count). `progress` hears bytes done and in all.
template <class Model, class Machine, class Config, class Progress>
qwen3vl::Loaded<Model> make_random_model(Machine& machine, const Config& config, Progress progress) {
  using T = typename Model::ElementType;
  constexpr std::size_t border = 256;
  const auto rounded = [](const qwen3vl::Shape& shape) {
    return (std::size_t(shape.size()) * sizeof(T) + border - 1) / border * border;
  };
  std::size_t bytes = 0, done = 0;
  Model counted(config);
  Model::weights(counted, config,
                 [&](std::string_view, auto&, qwen3vl::Shape shape) { bytes += rounded(shape); });

  qwen3vl::Loaded<Model> made{
      qwen3vl::Buffer<typename Model::BackendType>(machine.on, bytes), Model(config), {}};
  Model::weights(made.model, config, [&](std::string_view name, auto& view, qwen3vl::Shape shape) {
    T* const to = reinterpret_cast<T*>(made.converted.data() + done);
    machine.fill(RandomWeights(0, name, shape), to, shape.size());
    qwen3vl::set_shape(view, shape, static_cast<const T*>(to));
    progress(done += rounded(shape), bytes);
  });
  made.model.tie(config);
  return made;
}

}  // namespace program
