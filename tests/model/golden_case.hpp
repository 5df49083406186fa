#pragma once

#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/generate/trace.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/qwen3_vl.hpp>

namespace qwen3vl {

/// A golden case of tests/golden/models: its checkpoint, its inputs, and what the reference computed.
struct GoldenCase {
  std::string directory, checkpoint_directory;
  Qwen3VLConfig config;
  SafetensorsFile inputs_file, expected;
  ForwardInputs inputs;

  GoldenCase(const std::string& name, const std::string& checkpoint,
             const std::string& expected_file = "expected.safetensors")
      : directory(std::string(QWEN3VL_GOLDEN) + "/models/" + name),
        checkpoint_directory(std::string(QWEN3VL_GOLDEN) + "/models/" + checkpoint),
        config(read_config(read_json_file(checkpoint_directory + "/config.json"), "config.json")),
        inputs_file(directory + "/inputs.safetensors"),
        expected(directory + "/" + expected_file),
        inputs(read_forward_inputs(inputs_file)) {}

  /// `weights`, if given, are another folder's.
  template <class Model>
  Trace run_as(typename Model::BackendType& on, int generate, std::int64_t chunk = 0,
               Dialect dialect = Dialect::released, const std::string& weights = {}) const {
    Checkpoint checkpoint(weights.empty() ? checkpoint_directory : weights);
    const auto loaded = load<Model>(on, checkpoint, config);
    CHECK(config.warnings == std::vector<std::string>{});
    CHECK(loaded.unused.empty());
    return trace(on, loaded.model, config, inputs, generate, chunk, dialect);
  }
};

/// ‖a − b‖ / ‖b‖
inline double relative_error(const float* a, const float* b, std::size_t n) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < n; ++i) {
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]);
    norm += double(b[i]) * b[i];
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

inline const Recorded* find(const Trace& trace, const std::string& name) {
  for (const Recorded& tensor : trace.tensors)
    if (tensor.name == name) return &tensor;
  return nullptr;
}

}  // namespace qwen3vl
