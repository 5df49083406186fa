/// bench: how fast is a model on this machine, and how far from what the machine could do?
#include <memory>
#include <vector>

#include "backend_option.hpp"
#include "bench_options.hpp"
#include "commands.hpp"

namespace program {

void define_bench(CLI::App& command) {
  const auto options = std::make_shared<BenchOptions>();
  auto* shape =
      command
          .add_option("--shape", options->shape, "Random weights of a released shape, made in place: no file")
          ->check(CLI::IsMember({"tiny", "2b", "4b", "8b", "32b"}));
  command.add_option("--model", options->model, "Checkpoint folder, of the dense Qwen3-VL")->excludes(shape);
  add_backend(command, options->backend);
  command
      .add_option("--dtype", options->dtype,
                  "Arithmetic: bf16, f32, or auto, the checkpoint's own, and bf16 for --shape")
      ->check(CLI::IsMember({"auto", "bf16", "f32"}))
      ->capture_default_str();
  command.add_option("--rows", options->rows, "What to measure, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"tower", "prefill", "decode", "first-token"}))
      ->capture_default_str();
  command
      .add_option("--prefill", options->prefill,
                  "Prompts of so many tokens, separated by commas; default 1024, on a GPU 1024,4096,16384")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 20));
  command
      .add_option("--context", options->context,
                  "The next token behind so many; default 1024, on a GPU 1024,32768")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 20));
  command
      .add_option("--image-size", options->image_size,
                  "Of the picture for tower and first-token: WIDTHxHEIGHT pixels")
      ->capture_default_str();
  command.add_option("--image", options->image, "A picture's file, instead of one that is drawn")
      ->check(CLI::ExistingFile);
  command
      .add_option("--chunk", options->chunk,
                  "Tokens of a prompt that are read at once; default 512, on a GPU 4096")
      ->check(CLI::Range(1, 1 << 20));
  command
      .add_option("--repeat", options->repeat,
                  "Samples of a row, of which the median counts; eight times as many of decode")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command.add_option("--threads", options->threads, "Threads of the host")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_option("--json", options->json, "Write the rows to this file, too, after each of them");
  command.footer(
      "Rows\n"
      "  tower         the vision tower looks at the picture, whose patches are in memory\n"
      "  prefill_N     a prompt of N tokens is read, up to the logits of the last\n"
      "  decode_N      one token more behind N: the pass, the most probable token, which comes to the host\n"
      "  first_token   from the picture's file to the first token: decode, resize, tower, a prompt with 64\n"
      "                words behind the picture\n\n"
      "First the machine is measured: reading and copying memory, and a large matrix product. A row's floor "
      "is\n"
      "the larger of its bytes by the one and its operations by the other; its share is how much of the "
      "time\n"
      "that floor is. What has no room in memory is left out, with the number. Ctrl-C ends it and keeps the\n"
      "rows that are done. benchmarks/plot.py draws the JSON.\n\n"
      "Example\n"
      "  qwen3vl bench --shape 2b\n"
      "  qwen3vl bench --shape 8b --backend cuda --json 8b.json");
  command.callback([options] {
    if (options->shape.empty() && options->model.empty()) throw CLI::RequiredError("--shape or --model");
    const bool done = options->backend == "cuda" ? bench_on_cuda(*options) : bench_on_cpu(*options);
    if (!done) throw Exit{130};  // as a shell says of a program that Ctrl-C ended
  });
}

void add_bench(CLI::App& app) {
  define_bench(
      *app.add_subcommand("bench", "How fast is a model here, and how far from the machine's limit?"));
}

}  // namespace program
