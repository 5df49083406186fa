#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <qwen3vl/core/threads.hpp>

#include "backend_option.hpp"
#include "damaged_clips.hpp"

namespace program {

/// What `chat` was asked for.
struct ChatOptions {
  std::string model;
  std::vector<std::string> images, videos;
  std::optional<std::string> prompt, system;
  bool greedy = false;
  std::optional<double> temperature, top_p, min_p, repetition_penalty;
  std::optional<int> top_k;
  double presence_penalty = 0, frequency_penalty = 0;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> stop;
  std::optional<std::int64_t> max_new_tokens;
  std::int64_t context = 0, chunk = 512;
  std::optional<std::int64_t> min_pixels, max_pixels;
  std::optional<double> fps;
  std::string flavour = "processor", dialect = "released", damaged_clips = "refuse", dtype = "auto",
              backend = "cpu", stats, draw;
  bool add_vision_id = false, show_thinking = false;
  int threads = qwen3vl::Threads::default_count();
};

inline void add_options(CLI::App& command, ChatOptions& o) {
  command.add_option("--model", o.model, "Checkpoint folder")->required();
  command
      .add_option("--image", o.images,
                  "A picture: a path, or a file://, data: or http(s):// address; may be repeated")
      ->allow_extra_args(false);
  command.add_option("--video", o.videos, "A clip, likewise; may be repeated")->allow_extra_args(false);
  command.add_option("--prompt", o.prompt,
                     "What to ask; without it, a conversation: a line each, /help for more");
  command.add_option("--system", o.system, "A system message");
  command
      .add_option("--draw", o.draw,
                  "Draw the boxes and points of the answer onto the first picture, and write it to this PNG "
                  "file; an answer that points at nothing writes none")
      ->needs("--image")
      ->needs("--prompt")
      ->check([](const std::string& path) {
        return path.ends_with(".png") ? std::string() : path + " should end in .png: that is what is written";
      });

  auto* sampling = command.add_option_group("Choosing tokens",
                                            "What is not given is the checkpoint's generation_config.json's");
  sampling->add_flag("--greedy", o.greedy, "Always the most probable token");
  sampling->add_option("--temperature", o.temperature, "Below 1 sharper, above 1 flatter; 0 is greedy");
  sampling->add_option("--top-k", o.top_k, "Only the k best; 0: all");
  sampling->add_option("--top-p", o.top_p, "Only the best that have this probability together");
  sampling->add_option("--min-p", o.min_p, "Only those with this share of the best one's probability");
  sampling->add_option("--repetition-penalty", o.repetition_penalty,
                       "Above 1 against tokens of prompt and answer");
  sampling->add_option("--presence-penalty", o.presence_penalty, "Above 0 against tokens of the answer");
  sampling->add_option("--frequency-penalty", o.frequency_penalty, "The same, for each time they came");
  sampling->add_option("--seed", o.seed, "The same seed gives the same answer; default: by the clock");
  sampling->add_option("--stop", o.stop, "End where this text would come; may be repeated")
      ->allow_extra_args(false)
      ->check([](const std::string& text) {
        return std::string(text.empty() ? "an empty text stops nothing" : "");
      });
  sampling->add_option("--max-new-tokens", o.max_new_tokens, "End after so many tokens (default 1024)")
      ->check(CLI::Range(1, 1 << 24));

  auto* input = command.add_option_group("Reading", "How media and prompt become tokens");
  input->add_option("--min-pixels", o.min_pixels, "Enlarge smaller pictures to this area")
      ->check(CLI::Range(1, 1 << 30));
  input
      ->add_option(
          "--max-pixels", o.max_pixels,
          "Shrink larger pictures to this area, and a clip: all of its frames together, of Qwen2(.5)-VL each")
      ->check(CLI::Range(1, 1 << 30));
  input->add_option("--fps", o.fps, "Frames to look at of each second of a clip")->check(CLI::PositiveNumber);
  input
      ->add_option("--flavour", o.flavour,
                   "Sizes as the checkpoint's processor has them, or the utility package's")
      ->check(CLI::IsMember({"processor", "utility"}))
      ->capture_default_str();
  input->add_option("--dialect", o.dialect, "Video prompts as released, or as transformers 5 writes them")
      ->check(CLI::IsMember({"released", "transformers5"}))
      ->capture_default_str();
  add_damaged_clips(*input, o.damaged_clips);
  input->add_flag("--add-vision-id", o.add_vision_id, "Number the pictures and clips: \"Picture 1: \"");
  input->add_flag("--show-thinking", o.show_thinking, "A Thinking model's reasoning to standard error");

  auto* machine = command.add_option_group("Machine", "Memory and speed");
  machine
      ->add_option(
          "--context", o.context,
          "Room for so many tokens; default: what prompt and answer need, or 8192 for a conversation")
      ->check(CLI::Range(1, 1 << 28));
  machine->add_option("--chunk", o.chunk, "Read the prompt in chunks of so many tokens")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  machine->add_option("--dtype", o.dtype, "Arithmetic: bf16, f32, or auto, the checkpoint's own")
      ->check(CLI::IsMember({"auto", "bf16", "f32"}))
      ->capture_default_str();
  add_backend(*machine, o.backend);
  machine->add_option("--threads", o.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  machine->add_option("--stats", o.stats, "Write tokens, times and memory to this JSON file");
}

}  // namespace program
