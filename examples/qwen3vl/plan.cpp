/// plan: what a conversation would take, before anything is loaded.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/media/preprocess_image.hpp>
#include <qwen3vl/media/preprocess_video.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/plan.hpp>

#include "any_model.hpp"
#include "backend_option.hpp"
#include "budget.hpp"
#include "commands.hpp"
#include "dtype_option.hpp"
#include "generation_rules.hpp"
#include "memory.hpp"
#include "on_cuda.hpp"
#include "size_text.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct PlanOptions {
  std::string model, dtype = "auto", backend = "cpu";
  std::vector<std::string> image_sizes, video_sizes;
  std::int64_t context = 4096, chunk = 512;
  int threads = Threads::default_count();
  bool json = false;
};

void run(const PlanOptions& options) {
  const std::string config_path = options.model + "/config.json";
  const Qwen3VLConfig config = read_config(read_json_file(config_path), config_path);
  const ProcessorSettings processor = processor_settings(options.model, config);
  const int merge = config.vision_config.spatial_merge_size;
  std::vector<Grid> grids;
  MemoryPlan media;
  for (const std::string& text : options.image_sizes) {
    const auto size = read_size("plan", text, 2, "--image-size 1920x1080: width x height, in pixels");
    grids.push_back(plan_image({int(size[1]), int(size[0])}, processor.image).grid);
    add_picture(media, size[1], size[0]);
  }
  for (const std::string& text : options.video_sizes) {
    const auto size =
        read_size("plan", text, 3, "--video-size 1280x720x20: width x height x frames to look at");
    if (processor.clip_rule == ClipRule::no_clips)
      throw Error("plan", "--video-size, but this model sees pictures alone");
    ChosenFrames frames;
    frames.indices.resize(std::size_t(size[2]));
    const PixelSize frame{int(size[1]), int(size[0])};
    grids.push_back(processor.clip_rule == ClipRule::whole_clip
                        ? plan_frames(frames, frame, processor.video).grid
                        : plan_frames(frames, frame, each_frame(processor)).grid);
    add_clip(media, size[1], size[0]);
  }
  std::size_t tokenizer_bytes = 0;
  {  // the words of the model are loaded as chat loads them, to be counted
    const std::size_t before = resident_memory();
    try {
      const Tokenizer tokenizer = Tokenizer::load(options.model);
      tokenizer_bytes = resident_memory() - std::min(before, resident_memory());
    } catch (const Error&) {  // weights alone can be planned, too
    }
  }
  std::string dtype = options.dtype;
  if (dtype == "auto") {
    try {
      dtype = dtype_of(Checkpoint(options.model));
    } catch (const Error&) {  // config.json alone
      dtype = config.dtype == "float32" ? "f32" : "bf16";
    }
  }
  with_dtype(dtype, [&](auto element) {
    using T = decltype(element);
    const bool device = options.backend == "cuda";
    // DryRun's memory is not the host's either: pixels come to the tower as they come to a device
    MemoryPlan plan = device ? plan_memory<AnyModel<DryRun, T>>(config, grids, options.context, options.chunk)
                             : plan_memory<AnyModel<Cpu, T>>(config, grids, options.context, options.chunk);
    plan.pictures = media.pictures;
    plan.decoding = media.decoding;
    plan.program = resident_memory() + tokenizer_bytes + Cpu::scratch_bytes(options.threads);
    const std::size_t available = device ? free_device_memory() : available_memory();
    const std::size_t peak = device ? device_bytes(plan) : plan.peak();
    if (options.json) {
      OrderedJson out;
      out["visual_tokens"] = plan.visual_tokens;
      for (const auto& [name, bytes] :
           {std::pair{"weights", plan.weights}, std::pair{"kv_cache", plan.kv_cache},
            std::pair{"pixels", plan.pixels}, std::pair{"features", plan.features},
            std::pair{"tower", plan.tower}, std::pair{"decoder", plan.decoder},
            std::pair{"pictures", plan.pictures}, std::pair{"decoding", plan.decoding},
            std::pair{"program", plan.program}, std::pair{"peak", peak}, std::pair{"available", available}})
        out[std::string(name)] = bytes;
      std::printf("%s\n", to_text(out, "plan").c_str());
      return;
    }
    std::printf("%s, %s, context of %lld tokens in chunks of %lld\n\n", options.model.c_str(), dtype.c_str(),
                static_cast<long long>(options.context), static_cast<long long>(options.chunk));
    for (std::size_t g = 0; g < grids.size(); ++g)
      std::printf("  %-10s %-14s grid %d x %d x %d, %lld visual tokens\n",
                  g < options.image_sizes.size() ? "image" : "video",
                  (g < options.image_sizes.size() ? options.image_sizes[g]
                                                  : options.video_sizes[g - options.image_sizes.size()])
                      .c_str(),
                  grids[g].t, grids[g].h, grids[g].w, static_cast<long long>(grids[g].tokens(merge)));
    if (!grids.empty()) std::printf("\n");
    const std::int64_t most = config.text_config.max_position_embeddings;
    if (options.context > most || plan.visual_tokens > most)
      std::printf("  the model reads at most %lld tokens (max_position_embeddings)\n\n",
                  static_cast<long long>(most));
    const auto line = [](const char* name, std::size_t bytes, const char* note) {
      std::printf("  %-18s %12s   %s\n", name, bytes_text(bytes).c_str(), note);
    };
    line("weights", plan.weights,
         device ? "brought to the device" : "mapped from the files, as far as their type is the model's");
    line("kv cache", plan.kv_cache, "keys and values of the whole context");
    line("visual features", plan.features,
         "from the tower to the decoder, DeepStack's included; then given back");
    line("pixel values", plan.pixels, "of the largest picture or clip; then given back");
    line("tower", plan.tower, "activations of its largest pass; then given back");
    line("decoder", plan.decoder, "activations of a chunk, logits");
    line("pictures", plan.pictures, "decoded, and the decoders of clips; as long as the conversation lasts");
    line("decoding", plan.decoding, "the largest picture once more, while it is read; then given back");
    line("program", plan.program, "code, tokenizer, scratch of the threads");
    line("peak", peak,
         device ? "on the device: weights, cache, decoder, features, tower"
                : "weights, pictures, program, and the largest of decoding, features with pixels and tower, "
                  "features with cache and decoder");
    line("available", available, peak <= available ? "it fits" : "it does NOT fit");
  });
}

}  // namespace

void add_plan(CLI::App& app) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* command =
      app.add_subcommand("plan", "Predict visual tokens and memory, before anything is loaded");
  command->add_option("--model", options->model, "Checkpoint folder; config.json is enough")->required();
  command->add_option("--image-size", options->image_sizes,
                      "A picture of WIDTHxHEIGHT pixels; may be repeated");
  command->add_option("--video-size", options->video_sizes,
                      "A clip of WIDTHxHEIGHTxFRAMES, frames that are looked at; may be repeated");
  command->add_option("--context", options->context, "Tokens of prompt and answer")
      ->check(CLI::Range(1, 1 << 28))
      ->capture_default_str();
  command->add_option("--chunk", options->chunk, "Tokens of the prompt that are read at once")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--dtype", options->dtype, "bf16, f32, or auto, the checkpoint's own")
      ->check(CLI::IsMember({"auto", "bf16", "f32"}))
      ->capture_default_str();
  add_backend(*command, options->backend);
  command->add_option("--threads", options->threads, "Threads")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Bytes as JSON");
  command->footer(
      "Example:\n  qwen3vl plan --model Qwen3-VL-8B-Instruct --image-size 1920x1080 --context 8192");
  command->callback([options] { run(*options); });
}

}  // namespace program
