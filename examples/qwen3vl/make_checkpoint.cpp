/// make-checkpoint: a folder like a downloaded one, with random weights.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/io/checkpoint_writer.hpp>

#include "any_model.hpp"
#include "checkpoint_shapes.hpp"
#include "commands.hpp"
#include "memory.hpp"
#include "progress_bar.hpp"
#include "random_weights.hpp"
#include "text_table.hpp"

namespace program {
namespace {

using namespace qwen3vl;
namespace fs = std::filesystem;

struct MakeOptions {
  std::string shape, output, dtype = "bf16", tokenizer;
  std::uint64_t seed = 0;
  bool force = false;
  int threads = Threads::default_count();
};

std::vector<TensorPlan> list_weights(const Qwen3VLConfig& config, StoredDtype dtype) {
  using Model = AnyModel<DryRun, bf16>;
  std::vector<TensorPlan> tensors;
  Model model(config);
  Model::weights(model, config, [&](std::string_view name, auto&, Shape shape) {
    tensors.push_back({std::string(name), dtype, shape});
  });
  return tensors;
}

/// "model.safetensors", its index, and numbered shards: what a checkpoint's weights are called.
bool is_weight_file(const std::string& name) {
  return name == "model.safetensors" || name == "model.safetensors.index.json" ||
         (name.starts_with("model-") && name.ends_with(".safetensors"));
}

/// Makes the folder, or clears an old one of its weights where that is allowed.
void prepare_folder(const std::string& path, bool force) {
  std::error_code failure;
  if (fs::exists(path, failure) && !fs::is_directory(path, failure))
    throw Error(path, "is a file, should be a folder to write into");
  fs::create_directories(path, failure);
  if (failure) throw Error(path, "cannot make this folder: " + failure.message());
  if (fs::is_empty(path, failure)) return;
  if (!force)
    throw Error(path, "is not empty", "another folder, or --force to replace the checkpoint that is in it");
  for (const fs::directory_entry& entry : fs::directory_iterator(path))
    if (is_weight_file(entry.path().filename().string())) fs::remove(entry.path(), failure);
}

void expect_room(const std::string& path, std::uint64_t bytes) {
  std::error_code failure;
  const fs::space_info space = fs::space(path, failure);
  if (!failure && space.available < bytes)
    throw Error(
        path,
        "the weights take " + bytes_text(bytes) + ", the disk has " + bytes_text(space.available) + " left",
        "free some space, or write to another disk");
}

/// What belongs to the tokenizer of a checkpoint. The files that there are.
void copy_tokenizer(const std::string& from, const std::string& to) {
  const auto there = [&](const char* name) { return is_regular_file(from + "/" + name); };
  if (!there("tokenizer.json") && !(there("vocab.json") && there("merges.txt")))
    throw Error(from, "no tokenizer.json, and no vocab.json with merges.txt", "the folder of a checkpoint");
  for (const char* name :
       {"tokenizer.json", "vocab.json", "merges.txt", "tokenizer_config.json", "chat_template.jinja",
        "chat_template.json", "added_tokens.json", "special_tokens_map.json"})
    if (there(name)) {
      std::error_code failure;
      fs::copy_file(from + "/" + name, to + "/" + name, fs::copy_options::overwrite_existing, failure);
      if (!failure) fs::permissions(to + "/" + name, fs::perms::owner_write, fs::perm_options::add, failure);
      if (failure) throw Error(to + "/" + name, "cannot copy it from " + from + ": " + failure.message());
    }
}

template <Element T>
void write_weights(const MakeOptions& options, const std::vector<TensorPlan>& tensors, std::uint64_t total) {
  Threads threads(options.threads);
  CheckpointWriter writer(options.output, tensors);
  ProgressBar bar;
  std::vector<T> buffer;
  std::uint64_t done = 0;
  for (const TensorPlan& tensor : tensors) {
    const RandomWeights weights(options.seed, tensor.name, tensor.shape);
    constexpr std::int64_t most = 1 << 24;  // elements at a time
    for (std::int64_t first = 0; first < tensor.shape.size(); first += most) {
      buffer.resize(static_cast<std::size_t>(std::min(most, tensor.shape.size() - first)));
      weights.fill(threads, first, std::span<T>(buffer));
      writer.append(std::as_bytes(std::span<const T>(buffer)));
      bar(done += buffer.size() * sizeof(T), total, "writing weights");
    }
  }
  writer.finish();
}

void run(const MakeOptions& options) {
  const Qwen3VLConfig config = config_of_shape(options.shape);
  const StoredDtypeRow* dtype = find_stored_dtype(options.dtype == "f32"   ? "F32"
                                                  : options.dtype == "f16" ? "F16"
                                                                           : "BF16");
  const char* name = options.dtype == "f32" ? "float32" : options.dtype == "f16" ? "float16" : "bfloat16";
  const std::vector<TensorPlan> tensors = list_weights(config, dtype->dtype);
  std::int64_t parameters = 0;
  std::uint64_t bytes = 0;
  for (const TensorPlan& tensor : tensors) parameters += tensor.shape.size(), bytes += tensor.bytes();

  prepare_folder(options.output, options.force);
  expect_room(options.output, bytes);
  const auto write_json = [&](const char* file, const OrderedJson& json) {
    const std::string path = options.output + "/" + file;
    write_file(path, to_text(json, path) + "\n");
  };
  if (!options.tokenizer.empty()) copy_tokenizer(options.tokenizer, options.output);
  write_json("config.json", config_json(config, name));
  write_json("generation_config.json", generation_json());
  write_json("preprocessor_config.json", preprocessor_json(config.vision_config, false));
  write_json("video_preprocessor_config.json", preprocessor_json(config.vision_config, true));
  if (options.dtype == "f32")
    write_weights<float>(options, tensors, bytes);
  else if (options.dtype == "f16")
    write_weights<f16>(options, tensors, bytes);
  else
    write_weights<bf16>(options, tensors, bytes);
  std::printf("%s: %s weights in %zu tensors, %s in %s\n", options.output.c_str(),
              with_commas(parameters).c_str(), tensors.size(), bytes_text(bytes).c_str(),
              options.dtype.c_str());
}

}  // namespace

void add_make_checkpoint(CLI::App& app) {
  const auto options = std::make_shared<MakeOptions>();
  CLI::App* command =
      app.add_subcommand("make-checkpoint", "Write a checkpoint of a released shape with random weights");
  command->add_option("--shape", options->shape, "Whose shape: of a released model, or tiny for tests")
      ->required()
      ->check(CLI::IsMember({"tiny", "2b", "4b", "8b", "32b", "30b-a3b", "235b-a22b"}));
  command->add_option("--output", options->output, "The folder to make")->required()->type_name("DIR");
  command->add_option("--dtype", options->dtype, "What the weights are stored as")
      ->check(CLI::IsMember({"bf16", "f32", "f16"}))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Another seed, other weights")->capture_default_str();
  command->add_option("--tokenizer", options->tokenizer, "Folder to copy tokenizer and chat template from")
      ->type_name("DIR");
  command->add_flag("--force", options->force,
                    "Write into a folder that is not empty, replacing its weights");
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->footer(
      "The folder is as a released one: config.json, generation_config.json, the preprocessor files, and "
      "the\n"
      "weights in files of at most 5 GB. In bf16 the shapes take\n"
      "  tiny 21 MB   2b 4.3 GB   4b 8.9 GB   8b 17.5 GB   32b 66.7 GB   30b-a3b 62.1 GB   235b-a22b 471 GB\n"
      "The answers make no sense, of course, but time and memory are those of the real model. The same seed\n"
      "gives the same weights, on any number of threads.\n\n"
      "Example\n"
      "  qwen3vl make-checkpoint --shape 2b --output random-2b --tokenizer Qwen3-VL-2B-Instruct");
  command->callback([options] { run(*options); });
}

}  // namespace program
