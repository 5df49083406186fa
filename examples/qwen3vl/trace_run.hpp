#pragma once

#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/generate/trace.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>

#include "dtype_option.hpp"
#include "trace_options.hpp"

/// What the command trace does, on any backend.
namespace program {

inline void write_trace(const std::string& path, const qwen3vl::Trace& trace) {
  using namespace qwen3vl;
  std::vector<TensorPlan> plans;
  std::vector<std::span<const std::byte>> bytes;
  const auto add = [&](const std::string& name, StoredDtype dtype, Shape shape, auto values) {
    plans.push_back({name, dtype, shape});
    bytes.push_back(std::as_bytes(values));
  };
  add("position_ids", StoredDtype::I64, {3, trace.sequences, trace.tokens}, std::span(trace.position_ids));
  add("rope_deltas", StoredDtype::I64, {trace.sequences, 1}, std::span(trace.rope_deltas));
  if (trace.generate > 0)
    add("greedy_tokens", StoredDtype::I64, {trace.sequences, trace.generate}, std::span(trace.greedy_tokens));
  for (const Recorded& tensor : trace.tensors) {
    Shape shape;
    for (const std::int64_t side : tensor.shape) shape.dims[shape.rank++] = side;
    add(tensor.name, StoredDtype::F32, shape, std::span(tensor.values));
  }
  SafetensorsWriter writer(path, plans);
  for (const auto part : bytes) writer.append(part);
  writer.finish();
}

/// `Machine` knows the model: Model<T>.
template <class Machine, qwen3vl::Backend B>
void run_trace(B& on, qwen3vl::Threads& threads, const TraceOptions& options) {
  using namespace qwen3vl;
  const std::string config_path = options.model + "/config.json";
  const Qwen3VLConfig config = read_config(read_json_file(config_path), config_path);
  const SafetensorsFile file(options.inputs);
  const ForwardInputs inputs = read_forward_inputs(file);
  Checkpoint checkpoint(options.model);
  const Dialect dialect = options.dialect == "released" ? Dialect::released : Dialect::transformers5;
  for (const std::string& warning : config.warnings)
    std::fprintf(stderr, "qwen3vl: note: %s\n", warning.c_str());
  with_dtype(options.dtype, [&](auto element) {
    const auto loaded =
        load<typename Machine::template Model<decltype(element)>>(on, checkpoint, config, &threads);
    const Trace result = trace(on, loaded.model, config, inputs, options.generate, options.chunk, dialect);
    write_trace(options.output, result);
    std::printf("%zu tensors of %lld x %lld tokens to %s\n", result.tensors.size(),
                static_cast<long long>(result.sequences), static_cast<long long>(result.tokens),
                options.output.c_str());
  });
}

}  // namespace program
