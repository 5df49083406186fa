/// trace: one forward call, every tensor on the way into a file.
#include <memory>

#include <qwen3vl/cpu.hpp>

#include "any_model.hpp"
#include "backend_option.hpp"
#include "commands.hpp"
#include "on_cuda.hpp"
#include "trace_run.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct Family {
  template <class T> using Model = AnyModel<Cpu, T>;
};

void run(const TraceOptions& options) {
  if (options.backend == "cuda") return trace_on_cuda(options);
  Cpu cpu(options.threads);
  run_trace<Family>(cpu, cpu.threads(), options);
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
  add_backend(*command, options->backend);
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
