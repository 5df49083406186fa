#pragma once

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <qwen3vl/generate/chat.hpp>
#include <qwen3vl/generate/completion.hpp>
#include <qwen3vl/generate/generate.hpp>
#include <qwen3vl/generate/generation_config.hpp>
#include <qwen3vl/generate/sampling_on.hpp>
#include <qwen3vl/generate/thinking.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/plan.hpp>

#include "budget.hpp"
#include "chat_options.hpp"
#include "chat_stats.hpp"
#include "draw_answer.hpp"
#include "dtype_option.hpp"
#include "generation_rules.hpp"
#include "progress_bar.hpp"

/// What the command chat does, on any backend.
namespace program {

using namespace qwen3vl;

inline std::atomic<bool> interrupted{false};  // Ctrl-C ends an answer, not the program

inline void warn(const std::string& text) { std::fprintf(stderr, "qwen3vl: note: %s\n", text.c_str()); }

/// A picture or clip that was asked for, opened.
struct Attached {
  Part part;
  MediaItem item;
  double milliseconds;  // that opening took
};

/// What does not depend on the arithmetic: the checkpoint's words and rules.
struct Surroundings {
  ChatOptions options;
  Qwen3VLConfig config;
  ProcessorSettings processor;
  Tokenizer tokenizer;
  Encoder encoder;
  GenerationConfig generation;
  TemplateMatch chat_template;
  Checkpoint checkpoint;
  std::size_t resident;  // bytes of the program and the above, before any picture

  explicit Surroundings(const ChatOptions& o)
      : options(o),
        config(read_config(read_json_file(o.model + "/config.json"), o.model + "/config.json")),
        processor(processor_settings(o.model, config)),
        tokenizer(Tokenizer::load(o.model)),
        encoder(tokenizer),
        generation(load_generation_config(o.model)),
        chat_template(recognise_checkpoint_template(o.model, template_kind(config))),
        checkpoint(o.model),
        resident(resident_memory()) {
    for (const std::string& warning : config.warnings) warn(warning);
    if (!chat_template.warning.empty()) warn(chat_template.warning);
    if (of_qwen1(config) && generation.chat_format == "raw")
      warn("generation_config.json has chat_format raw, which is a base model's: prompts are Qwen-VL-Chat's");
    if (o.min_pixels && o.max_pixels && *o.min_pixels > *o.max_pixels)
      throw Error("--min-pixels", std::to_string(*o.min_pixels) + " is more than --max-pixels " +
                                      std::to_string(*o.max_pixels));
    for (const std::string& field : generation.ignored)
      warn("generation_config.json has " + field + ", which is not followed");
    if (o.context > config.text_config.max_position_embeddings)
      warn("--context " + std::to_string(o.context) + ", but the model reads at most " +
           std::to_string(config.text_config.max_position_embeddings) + " tokens (max_position_embeddings)");
    add_stop_ids(config, tokenizer, generation.stop_ids);
    if (tokenizer.size() > config.text_config.vocab_size)
      throw Error(o.model,
                  "the tokenizer has " + std::to_string(tokenizer.size()) + " tokens, the model " +
                      std::to_string(config.text_config.vocab_size),
                  "tokenizer files of another checkpoint?");
    if (of_qwen1(config) && tokenizer.added_id("<imgpad>") != config.image_token_id)
      throw Error(o.model, "visual.image_start_id is not the id of <img> in qwen.tiktoken",
                  "tokenizer files of another checkpoint?");
  }

  SamplingOptions sampling() const {
    SamplingOptions s = generation.sampling;
    s.temperature = options.temperature.value_or(s.temperature);
    s.top_k = options.top_k.value_or(s.top_k);
    s.top_p = options.top_p.value_or(s.top_p);
    s.min_p = options.min_p.value_or(s.min_p);
    s.repetition_penalty = options.repetition_penalty.value_or(s.repetition_penalty);
    s.presence_penalty = options.presence_penalty;
    s.frequency_penalty = options.frequency_penalty;
    s.seed = options.seed.value_or(static_cast<std::uint64_t>(std::time(nullptr)) ^
                                   static_cast<std::uint64_t>(getpid()) << 32);
    if (options.greedy) s.temperature = 0;
    return s;
  }
  std::int64_t max_new_tokens() const {
    return options.max_new_tokens.value_or(generation.max_new_tokens.value_or(1024));
  }

  Dialect dialect() const {
    return options.dialect == "released" ? Dialect::released : Dialect::transformers5;
  }
  Part media_part(bool video, const std::string& source) const {
    MediaOptions wish;
    if (video) {
      wish.fps = options.fps;
      (processor.clip_rule == ClipRule::whole_clip ? wish.total_pixels : wish.max_pixels) =
          options.max_pixels;
    } else {
      wish.min_pixels = options.min_pixels;
      wish.max_pixels = options.max_pixels;
    }
    return video ? video_part(source, wish) : image_part(source, wish);
  }
  Attached attach(bool video, const std::string& source) const {
    const Clock::time_point start = Clock::now();
    const char* const name = video ? "<|video_pad|>" : "<|image_pad|>";
    const int wanted = video ? config.video_token_id : config.image_token_id;
    if (const auto id = tokenizer.added_id(name); !of_qwen1(config) && id && *id != wanted)
      throw Error(options.model,
                  std::string(name) + " is token " + std::to_string(*id) + ", in config.json " +
                      std::to_string(wanted),
                  "tokenizer files of another checkpoint?");
    MediaOptionsOfCaller caller;
    caller.flavour = options.flavour == "utility" ? MediaFlavour::utility : MediaFlavour::processor;
    caller.clips.threads = options.threads;
    caller.clips.damage = damage(options.damaged_clips);
    Part part = media_part(video, source);
    MediaItem item = MediaItem::open(part, processor, caller);
    return {std::move(part), std::move(item), milliseconds_since(start)};
  }
  TokenisedPrompt tokenise(const Conversation& chat, std::span<const MediaItem> media) {
    RenderOptions render;
    render.add_vision_id = options.add_vision_id;
    return tokenise_prompt(chat, chat_template.kind, render, media, config.vision_config.spatial_merge_size,
                           dialect(), encoder, video_layout(config));
  }
};

/// A conversation and all it needs to be answered. `Machine` is the backend and what belongs to it: Model<T>, `on`,
/// threads() of the host, scratch_bytes() in the host's memory, expect_to_fit(plan, context).
template <class Machine, class T> class Talk {
 public:
  using B = typename Machine::Backend;
  using Model = typename Machine::template Model<T>;

  Talk(Machine& machine, Surroundings& around, ChatStats& stats, Clock::time_point start)
      : around_(around),
        stats_(stats),
        machine_(machine),
        sampling_(machine.on, around.sampling(), around.config.text_config.vocab_size) {
    if (around.options.system) chat_.messages.push_back(text_message(Role::system, *around.options.system));
    program_bytes_ = around.resident + machine.scratch_bytes();
    machine.expect_to_fit(plan({}, 1), 1);  // before anything large is touched
    ProgressBar bar;
    const Progress progress = [&](std::uint64_t done, std::uint64_t total, const std::string& what) {
      bar(done, total, what);
    };
    loaded_ = std::make_unique<Loaded<Model>>(
        load<Model>(machine.on, around.checkpoint, around.config, &machine.threads(), progress));
    if constexpr (std::is_same_v<typename B::Space, Host>)
      around.checkpoint.prefetch(progress, &machine.threads());
    if (!loaded_->unused.empty())
      warn("the checkpoint has " + std::to_string(loaded_->unused.size()) +
           " tensors this model has no place for, \"" + loaded_->unused.front() + "\" for one");
    stats.load = milliseconds_since(start);
  }

  /// Answers on standard output, and returns the answer. The media are looked at in this turn.
  std::string answer(const std::string& text, const std::vector<Attached>& media) {
    TurnStats turn;
    StageTimer timer(turn);
    const Clock::time_point start = Clock::now();
    Message message{Role::user, {}, {}, {}};
    const std::size_t media_before = media_.size();
    for (const Attached& attached : media) {
      message.content.push_back(attached.part);
      media_.push_back(attached.item);
      turn.preprocess += attached.milliseconds, turn.first_token += attached.milliseconds;
    }
    message.content.push_back(text_part(text));
    chat_.messages.push_back(std::move(message));
    try {
      reply(turn, timer, start, media_before);
    } catch (...) {  // as if it had not been asked
      chat_.messages.pop_back();
      media_.erase(media_.begin() + static_cast<std::ptrdiff_t>(media_before), media_.end());
      throw;
    }
    stats_.turns.push_back(turn);
    return chat_.messages.back().content.empty() ? std::string() : chat_.messages.back().content[0].text;
  }

  /// Of the conversation so far, in its order.
  std::span<const MediaItem> media() const { return media_; }

  void reset() {
    chat_.messages.resize(around_.options.system ? 1 : 0);
    media_.clear();
  }

 private:
  MemoryPlan plan(std::span<const Grid> grids, std::int64_t context) const {
    MemoryPlan plan = plan_memory<Model>(around_.config, grids, context, around_.options.chunk);
    plan.program = program_bytes_;
    for (const MediaItem& item : media_) {
      const PixelSize size = item.placement().original;
      item.is_video() ? add_clip(plan, size.height, size.width) : add_picture(plan, size.height, size.width);
    }
    return plan;
  }

  /// A session with room for the prompt and an answer; made once for a conversation. Of the media those from `first`
  /// on are new, and go through the tower.
  void make_session(std::int64_t prompt_tokens, std::size_t first) {
    const ChatOptions& o = around_.options;
    const std::int64_t most = around_.config.text_config.max_position_embeddings;
    std::int64_t context = o.context;
    if (context == 0) context = o.prompt ? prompt_tokens + around_.max_new_tokens() : std::int64_t{8192};
    context = session_ ? session_->size().context : std::min(context, most);
    std::vector<Grid> grids;
    for (std::size_t m = first; m < media_.size(); ++m) grids.push_back(media_[m].grid());
    const MemoryPlan planned = plan(grids, context);
    machine_.expect_to_fit(planned, context);
    stats_.planned_bytes = std::max(stats_.planned_bytes, planned.peak());
    if (!session_) {
      session_ = std::make_unique<Session<Model, Qwen3VLConfig>>(machine_.on, loaded_->model, around_.config,
                                                                 SessionSize{1, context, o.chunk});
      talk_ = std::make_unique<Chat<Model, Qwen3VLConfig>>(*session_, around_.config, machine_.threads(),
                                                           around_.dialect());
    }
    if (prompt_tokens >= session_->size().context)
      throw Error(
          "context",
          "the conversation has " + std::to_string(prompt_tokens) + " tokens, there is room for " +
              std::to_string(session_->size().context),
          session_->size().context < most
              ? "a larger --context, /reset, or smaller pictures (--max-pixels)"
              : "the model reads no more: /reset, smaller pictures (--max-pixels) or fewer frames (--fps)");
  }

  void reply(TurnStats& turn, StageTimer& timer, Clock::time_point start, std::size_t first) {
    TokenisedPrompt prompt;
    bool again = false;
    const auto logits = until_settled([&] {
      if (std::exchange(again, true) && around_.options.prompt) talk_.reset(), session_.reset();  // its room
      prompt = around_.tokenise(chat_, media_);
      make_session(static_cast<std::int64_t>(prompt.ids.size()), first);
      ProgressBar bar;
      return talk_->read_in_place(
          prompt, media_, [&](Stage next) { timer(next); },
          [&](std::int64_t done, std::int64_t total) {
            bar(std::uint64_t(done), std::uint64_t(total), "reading the prompt");
          });
    });
    for (const MediaItem& item : media_)
      turn.visual_tokens += item.grid().tokens(around_.config.vision_config.spatial_merge_size);
    turn.prompt_tokens = static_cast<std::int64_t>(prompt.ids.size());

    StopRules rules;
    rules.stop_ids = around_.generation.stop_ids;
    rules.stop_strings = around_.options.stop;
    rules.max_new_tokens = around_.max_new_tokens();
    rules.context_room = session_->size().context - turn.prompt_tokens;
    Completion completion(StreamingDecoder(around_.tokenizer, SpecialTokens::skip), rules);
    turn.reused_tokens = talk_->reused();
    sampling_.start(prompt.ids);
    interrupted = false;
    std::signal(SIGINT, [](int) { interrupted = true; });
    const bool thinks = around_.chat_template.kind == TemplateKind::thinking;
    Thoughts thoughts;
    ThinkingSplitter splitter;
    const auto show = [&](std::string_view text, std::int32_t) {
      if (turn.new_tokens++ == 0) turn.first_token += milliseconds_since(start);
      if (!thinks) return print(text);
      Thoughts part;
      splitter.push(text, part);
      show_thoughts(part);
    };
    generate(
        completion, sampling_, logits, [&](std::int32_t id) { return talk_->next_in_place(id); }, show,
        &interrupted);
    timer(Stage::decode);
    std::signal(SIGINT, SIG_DFL);
    if (thinks) {
      Thoughts part;
      splitter.finish(part);
      show_thoughts(part);
      thoughts = split_thinking(completion.text());
    }
    print("\n");
    turn.new_tokens = static_cast<std::int64_t>(completion.ids().size());
    turn.stop = to_string(completion.reason());
    if (completion.reason() == StopReason::context_full) warn("the context is full; see --context");
    Message answer = text_message(Role::assistant, thinks ? thoughts.answer : completion.text());
    if (thinks) answer.reasoning_content = thoughts.reasoning;
    chat_.messages.push_back(std::move(answer));
  }

  void show_thoughts(const Thoughts& part) const {
    if (around_.options.show_thinking) std::fprintf(stderr, "%s", part.reasoning.c_str());
    print(part.answer);
  }
  static void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  Surroundings& around_;
  ChatStats& stats_;
  Machine& machine_;
  SamplingOn<B> sampling_;
  std::size_t program_bytes_ = 0;  // before the weights: code, tokenizer, scratch
  std::unique_ptr<Loaded<Model>> loaded_;
  std::unique_ptr<Session<Model, Qwen3VLConfig>> session_;
  std::unique_ptr<Chat<Model, Qwen3VLConfig>> talk_;
  Conversation chat_;
  std::vector<MediaItem> media_;
};

inline constexpr const char* talk_help =
    "  /image ADDRESS   a picture for the next question\n"
    "  /video ADDRESS   a clip for the next question\n"
    "  /drop            forget the pictures and clips that no question came with yet\n"
    "  /reset           begin anew\n"
    "  /quit            end; so does Ctrl-D. Ctrl-C ends an answer\n";

/// Lines from standard input until it ends. A mistake is explained, and the conversation goes on.
template <class Machine, class T>
void converse(Talk<Machine, T>& talk, const Surroundings& around, std::vector<Attached> media) {
  const bool terminal = isatty(STDIN_FILENO);
  if (terminal) std::fprintf(stderr, "%s", talk_help);
  for (std::string line;;) {
    if (terminal) std::fprintf(stderr, "> ");
    if (!std::getline(std::cin, line)) break;
    const auto argument = [&](std::string_view command) -> std::optional<std::string> {
      if (!line.starts_with(command)) return std::nullopt;
      const std::size_t at = line.find_first_not_of(' ', command.size());
      return at == std::string::npos ? std::string() : line.substr(at);
    };
    try {
      if (line.empty()) continue;
      if (line == "/quit") break;
      if (line == "/help") {
        std::fprintf(stderr, "%s", talk_help);
      } else if (line == "/reset") {
        talk.reset();
        media.clear();
      } else if (line == "/drop") {
        media.clear();
      } else if (const auto image = argument("/image ")) {
        media.push_back(around.attach(false, *image));
      } else if (const auto video = argument("/video ")) {
        media.push_back(around.attach(true, *video));
      } else if (line.starts_with("/")) {
        std::fprintf(stderr, "no such command: %s\n%s", line.c_str(), talk_help);
      } else {
        talk.answer(line, media);
        media.clear();
      }
    } catch (const Error& error) {
      if (!terminal) throw;
      std::fprintf(stderr, "%s\n", error.what());
      for (const Attached& attached : media)
        std::fprintf(stderr, "  %s waits for the next question; /drop forgets it\n",
                     attached.item.name().c_str());
    }
  }
}

/// The whole command.
template <class Machine> void run_chat(Machine& machine, const ChatOptions& options) {
  const Clock::time_point start = Clock::now();
  for (const std::string& file : {options.draw, options.stats})
    if (!file.empty()) expect_writable(file);
  Surroundings around(options);
  ChatStats stats;
  stats.model = options.model;
  stats.dtype = options.dtype == "auto" ? dtype_of(around.checkpoint) : options.dtype;
  stats.threads = options.threads;
  const auto write_stats = [&] {
    if (!options.stats.empty()) stats.write(options.stats);
  };
  std::vector<Attached> media;  // before the weights: what cannot be read is said at once
  for (const std::string& image : options.images) media.push_back(around.attach(false, image));
  for (const std::string& video : options.videos) media.push_back(around.attach(true, video));
  const auto talk_it_over = [&](auto element) {
    Talk<Machine, decltype(element)> talk(machine, around, stats, start);
    if (!options.prompt) return converse(talk, around, media);
    const std::string answer = talk.answer(*options.prompt, media);
    if (!options.draw.empty() && draw_answer(answer, answer_coordinates(around.config.generation),
                                             talk.media().front(), options.draw) == 0)
      warn("the answer points at nothing: " + options.draw + " is not written");
  };
  try {
    with_dtype(stats.dtype, talk_it_over);
  } catch (...) {
    if (!stats.turns.empty()) write_stats();
    throw;
  }
  write_stats();
}

}  // namespace program
