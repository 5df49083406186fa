#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/generate/trace.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>

#include "any_model.hpp"
#include "commands.hpp"
#include "dtype_option.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct TraceOptions {
  std::string model, inputs, output, dtype = "f32", dialect = "released";
  std::int64_t generate = 0, chunk = 0;
  int threads = Threads::default_count();
};

void write(const std::string& path, const Trace& trace) {
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

void run(const TraceOptions& options) {
  const std::string config_path = options.model + "/config.json";
  const Qwen3VLConfig config = read_config(read_json_file(config_path), config_path);
  const SafetensorsFile file(options.inputs);
  const ForwardInputs inputs = read_forward_inputs(file);
  Checkpoint checkpoint(options.model);
  Cpu cpu(options.threads);
  const Dialect dialect = options.dialect == "released" ? Dialect::released : Dialect::transformers5;
  for (const std::string& warning : config.warnings)
    std::fprintf(stderr, "qwen3vl: note: %s\n", warning.c_str());
  with_dtype(options.dtype, [&](auto element) {
    const auto loaded = load<AnyModel<Cpu, decltype(element)>>(cpu, checkpoint, config, &cpu.threads());
    const Trace result = trace(cpu, loaded.model, config, inputs, options.generate, options.chunk, dialect);
    write(options.output, result);
    std::printf("%zu tensors of %lld x %lld tokens to %s\n", result.tensors.size(),
                static_cast<long long>(result.sequences), static_cast<long long>(result.tokens),
                options.output.c_str());
  });
}

}  // namespace

void add_trace(CLI::App& app) {
  const auto options = std::make_shared<TraceOptions>();
  CLI::App* command = app.add_subcommand("trace", "Run one forward call and write every tensor on the way");
  command->add_option("--model", options->model, "Checkpoint folder")->required();
  command
      ->add_option("--inputs", options->inputs,
                   "The call's arguments: a safetensors file with input_ids, attention_mask, pixel_values, "
                   "image_grid_thw, pixel_values_videos, video_grid_thw, second_per_grid_ts")
      ->required();
  command->add_option("--output", options->output, "Where the tensors go, under the reference's names")
      ->required();
  command->add_option("--generate", options->generate, "Greedy tokens to generate after the call")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command->add_option("--dtype", options->dtype, "Arithmetic of the model: f32 or bf16")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->capture_default_str();
  command
      ->add_option("--dialect", options->dialect, "Position ids as released, or as transformers 5 makes them")
      ->check(CLI::IsMember({"released", "transformers5"}))
      ->capture_default_str();
  command
      ->add_option(
          "--chunk", options->chunk,
          "Read the prompt in chunks of so many tokens; 0: whole. A row of padding sees the keys of its own "
          "and earlier chunks, so that its numbers, which nobody uses, are then others")
      ->check(CLI::Range(0, 1 << 20))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->footer(
      "Example: find the first op that differs from the reference\n"
      "  qwen3vl trace --model DIR --inputs inputs.safetensors --output ours.safetensors\n"
      "  qwen3vl compare ours.safetensors expected.safetensors");
  command->callback([options] { run(*options); });
}

}  // namespace program
