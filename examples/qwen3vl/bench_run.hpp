#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/generate/greedy_on.hpp>
#include <qwen3vl/generate/session.hpp>
#include <qwen3vl/media/preprocess_image.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/models.hpp>
#include <qwen3vl/text/position_ids.hpp>

#include "bench_fit.hpp"
#include "bench_options.hpp"
#include "bench_picture.hpp"
#include "bench_report.hpp"
#include "bench_timing.hpp"
#include "bench_weights.hpp"
#include "checkpoint_shapes.hpp"
#include "dtype_option.hpp"
#include "progress_bar.hpp"
#include "size_text.hpp"

/// What the command bench does, on any backend.
///
/// `Machine` is the backend and what belongs to it: `on`, threads() of the host, name(), room(), ceilings<T>(),
/// fill(RandomWeights, to, count), reset_peak(), and peak(), the most bytes of device memory since then, if there
/// is a device.
namespace program {

using namespace qwen3vl;

template <class Machine, class T> class Bench {
 public:
  using B = typename Machine::Backend;
  using Model = Qwen3VLDense<B, T>;
  using Talk = Session<Model, Qwen3VLConfig>;

  /// Sorts out what there is no room for; nothing large is allocated yet.
  Bench(Machine& machine, const BenchOptions& options, const Qwen3VLConfig& config, BenchReport& report)
      : machine_(machine),
        options_(options),
        config_(config),
        report_(report),
        room_(machine.room()),
        greedy_(machine.on) {
    report_.weights = std::size_t(count_weights<typename Model::template On<DryRun>>(config)) * sizeof(T);
    expect_weights_to_fit(room_, report_.shape, report_.dtype, report_.weights);
    size_ = picture_size(options);
    grid_ = plan_image(size_, image_settings(config)).grid;
    if (options.wants("tower")) offer("tower", 1, true, "--image-size", [this] { tower(); });
    for (const std::int64_t tokens : options.prefill)
      if (options.wants("prefill"))
        offer("prefill_" + std::to_string(tokens), tokens, false, "--prefill or --chunk",
              [this, tokens] { prefill(tokens); });
    for (const std::int64_t tokens : options.context)
      if (options.wants("decode"))
        offer("decode_" + std::to_string(tokens), tokens + 1, false, "--context or --chunk",
              [this, tokens] { decode(tokens); });
    if (options.wants("first-token"))
      offer("first_token", prompt_tokens(), true, "--image-size", [this] { first_token(); });
    if (rows_.empty() && !report_.left_out.empty())
      throw Error("bench",
                  report_.left_out.front().first + " is left out: " + report_.left_out.front().second,
                  too_long_ ? "fewer tokens" : "a smaller --shape, or a larger machine");
  }

  void run(Checkpoint* checkpoint) {
    const auto start = std::chrono::steady_clock::now();
    try {
      report_.ceilings = machine_.template ceilings<T>();
      ready_ = std::make_unique<Loaded<Model>>(weights(checkpoint));
      machine_.on.synchronize();
      report_.ready_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      report_.print_head();
      for (const auto& [name, why] : report_.left_out) report_.print_left_out(name, why);
      for (const auto& [name, measure] : rows_) {
        measure();
        report_.write(options_.json);
      }
    } catch (const BenchInterrupted&) {
      report_.interrupted = true;
    }
    report_.print_foot();
    report_.write(options_.json);
  }

 private:
  static constexpr std::int64_t prompt_text = 64;  // tokens behind the picture

  static ImageSettings image_settings(const Qwen3VLConfig& config) {
    ImageSettings settings;
    settings.patches = {config.vision_config.patch_size, config.vision_config.temporal_patch_size,
                        config.vision_config.spatial_merge_size};
    return settings;
  }
  static PixelSize picture_size(const BenchOptions& options) {
    if (!options.image.empty()) {
      const Image image = read_picture(options.image);
      return {image.height, image.width};
    }
    const auto sides = read_size("bench", options.image_size, 2, "--image-size 1024x1024: width x height");
    expect(sides[0] * sides[1] <= 178'956'970, "bench", "--image-size is more pixels than a picture may have",
           "sides of up to 13000");
    return {static_cast<int>(sides[1]), static_cast<int>(sides[0])};
  }

  std::int64_t visual_tokens() const { return grid_.tokens(config_.vision_config.spatial_merge_size); }
  std::int64_t prompt_tokens() const { return visual_tokens() + 2 + prompt_text; }

  /// A row to measure, or one that is left out.
  void offer(const std::string& name, std::int64_t context, bool sees, const char* smaller,
             std::function<void()> measure) {
    std::string why;
    if (context > config_.text_config.max_position_embeddings) {
      too_long_ = true;
      why = "the model reads at most " + std::to_string(config_.text_config.max_position_embeddings) +
            " tokens";
    } else {
      MemoryPlan plan =
          plan_memory<Model>(config_, std::span(&grid_, sees ? 1u : 0u), context, options_.chunk);
      if (sees) add_picture(plan, size_.height, size_.width);
      why = no_room(room_, plan, smaller);
    }
    if (why.empty())
      rows_.emplace_back(name, std::move(measure));
    else
      report_.left_out.emplace_back(name, why);
  }

  Loaded<Model> weights(Checkpoint* checkpoint) {
    ProgressBar bar;
    const Progress progress = [&](std::uint64_t done, std::uint64_t total, const std::string& what) {
      bar(done, total, what);
      stop_if_interrupted();
    };
    if (!checkpoint)
      return make_random_model<Model>(machine_, config_, [&](std::size_t done, std::size_t total) {
        progress(done, total, "making weights");
      });
    auto loaded = load<Model>(machine_.on, *checkpoint, config_, &machine_.threads(), progress);
    if constexpr (std::is_same_v<typename B::Space, Host>)
      checkpoint->prefetch(progress, &machine_.threads());
    return loaded;
  }

  /// Times the passes and reports the row. `cache`: bytes of keys and values that were allocated for it.
  template <class Pass> void measure(BenchRow row, int warm_ups, int samples, std::size_t cache, Pass pass) {
    const std::vector<double> seconds = time_passes(warm_ups, samples, pass);
    row.seconds = median(seconds);
    row.samples = static_cast<std::int64_t>(seconds.size());
    if (const std::optional<std::size_t> peak = machine_.peak())
      row.beyond = *peak - std::min(*peak, ready_->converted.bytes() + cache);
    report_.print(row);
    report_.rows.push_back(std::move(row));
  }

  void tower() {
    machine_.reset_peak();
    B& on = machine_.on;
    const auto& vision = config_.vision_config;
    const std::int64_t tokens = visual_tokens(), hidden = vision.out_hidden_size,
                       levels = static_cast<std::int64_t>(vision.deepstack_visual_indexes.size());
    Workspace<B> workspace(on, see_bytes<Model>(config_, std::span(&grid_, 1)));
    const Buffer<B> features(on, std::size_t((levels + 1) * tokens * hidden) * sizeof(T));
    T* const merged = reinterpret_cast<T*>(features.data());
    const VisualFeatures<B, T> seen{{merged, {tokens, hidden}},
                                    {merged + tokens * hidden, {levels, tokens, hidden}}};
    const auto scope = workspace.scope();
    const auto pixels = workspace.template take<T>({grid_.patches(), vision.patch_elements()});
    machine_.fill(random_numbers("pixels", pixels.size()), pixels.data, pixels.size());
    const View<const Grid, 1> grids(&grid_, {1});
    measure({.name = "tower", .tokens = tokens, .work = count_tower(vision, grid_, sizeof(T))}, 2,
            options_.repeat, 0, [&] {
              ready_->model.see(on, workspace, pixels, grids, seen);
              on.synchronize();
            });
  }

  void prefill(std::int64_t tokens) {
    machine_.reset_peak();
    Talk session = make_session(tokens);
    const Prompt prompt = text_prompt(tokens);
    measure({.name = "prefill_" + std::to_string(tokens),
             .tokens = tokens,
             .work = count_tokens(config_.text_config, double(tokens), 0, sizeof(T))},
            1, options_.repeat, cache_bytes(tokens), [&] {
              session.rewind(0, 0);
              read(session, prompt);
            });
  }

  void decode(std::int64_t past) {
    machine_.reset_peak();
    Talk session = make_session(past + 1);
    int next = read(session, text_prompt(past));
    const Position at{static_cast<int>(past), static_cast<int>(past), static_cast<int>(past)};
    measure({.name = "decode_" + std::to_string(past),
             .tokens = 1,
             .work = count_tokens(config_.text_config, 1, double(past), sizeof(T))},
            4, 8 * options_.repeat, cache_bytes(past + 1), [&] {
              session.rewind(0, past);
              const SequenceInput input{std::span(&next, 1), std::span(&at, 1), {}, 0};
              next = greedy_(session.read_in_place(std::span(&input, 1))[0]);
            });
  }

  /// From a picture's file to the first token of the answer.
  void first_token() {
    machine_.reset_peak();
    std::optional<TemporaryPicture> own;
    if (options_.image.empty()) own.emplace(size_.width, size_.height);
    const std::string path = own ? own->path() : options_.image;
    Prompt prompt = text_prompt(prompt_tokens());
    const VisionTokenIds vision{config_.image_token_id, config_.video_token_id};
    const auto picture_begin = prompt.ids.begin() + 1, picture_end = picture_begin + visual_tokens();
    prompt.ids.front() = config_.vision_start_token_id, *picture_end = config_.vision_end_token_id;
    std::fill(picture_begin, picture_end, config_.image_token_id);
    prompt.positions = position_ids<TextTimestamps>(prompt.ids, vision, std::span(&grid_, 1), {},
                                                    config_.vision_config.spatial_merge_size)
                           .positions;
    prompt.visual = visual_rows(prompt.ids, vision, 0, static_cast<int>(visual_tokens()));
    Talk session = make_session(prompt_tokens());
    measure({.name = "first_token",
             .tokens = prompt_tokens(),
             .work = count_tower(config_.vision_config, grid_, sizeof(T)) +
                     count_tokens(config_.text_config, double(prompt_tokens()), 0, sizeof(T))},
            2, options_.repeat, cache_bytes(prompt_tokens()), [&] {
              const PreprocessedImage image =
                  preprocess_image(machine_.threads(), read_picture(path), image_settings(config_));
              session.expect_visual_tokens(visual_tokens());
              session.see(image.pixel_values, std::span(&image.grid, 1));
              session.rewind(0, 0);
              read(session, prompt);
            });
  }

  struct Prompt {
    std::vector<int> ids;
    std::vector<Position> positions;
    std::vector<int> visual;
  };
  /// Words that have nothing to do with each other, and no special tokens.
  Prompt text_prompt(std::int64_t tokens) const {
    const int words =
        std::max(1, std::min({config_.text_config.vocab_size, config_.image_token_id, config_.video_token_id,
                              config_.vision_start_token_id, config_.vision_end_token_id, 150'000}));
    Prompt prompt;
    std::uint32_t state = 1;
    for (int t = 0; t < tokens; ++t) {
      state = state * 1664525u + 1013904223u;
      prompt.ids.push_back(static_cast<int>((state >> 8) % static_cast<std::uint32_t>(words)));
      prompt.positions.push_back({t, t, t});
    }
    return prompt;
  }
  Talk make_session(std::int64_t context) {
    return Talk(machine_.on, ready_->model, config_, SessionSize{1, context, options_.chunk});
  }
  /// The most probable token after the prompt.
  int read(Talk& session, const Prompt& prompt) {
    const SequenceInput input{prompt.ids, prompt.positions, prompt.visual, 0};
    return greedy_(session.read_in_place(std::span(&input, 1), Unobserved{},
                                         [](std::int64_t, std::int64_t) { stop_if_interrupted(); })[0]);
  }
  /// Of variance 1.
  static RandomWeights random_numbers(const char* name, std::int64_t count) {
    return RandomWeights(1, std::string(name).append(".weight"), Shape{count});
  }
  std::size_t cache_bytes(std::int64_t context) const {
    return std::size_t(cache_bytes_per_token(config_.text_config, sizeof(T))) * std::size_t(context);
  }

  Machine& machine_;
  const BenchOptions& options_;
  const Qwen3VLConfig& config_;
  BenchReport& report_;
  Room room_;
  bool too_long_ = false;  // a row is left out for what the model can read, not for memory
  GreedyOn<B> greedy_;
  PixelSize size_{};
  Grid grid_{};
  std::vector<std::pair<std::string, std::function<void()>>> rows_;
  std::unique_ptr<Loaded<Model>> ready_;
};

/// The whole command. True: all was measured.
template <class Machine> bool run_bench(Machine& machine, BenchOptions options) {
  std::unique_ptr<Checkpoint> checkpoint;
  Qwen3VLConfig config;
  if (options.model.empty()) {
    config = config_of_shape(options.shape);
  } else {
    const std::string path = options.model + "/config.json";
    config = read_config(read_json_file(path), path);
  }
  if (config.generation != Generation::qwen3_vl)
    throw Error("bench", "counts the work of the dense Qwen3-VL; this checkpoint is of another kind",
                "--shape 2b, 4b, 8b or 32b, or a checkpoint of one of these");
  if (!options.model.empty()) checkpoint = std::make_unique<Checkpoint>(options.model);
  BenchReport report;
  report.machine = machine.name(), report.backend = options.backend;
  report.shape = options.model.empty() ? options.shape : options.model;
  report.threads = machine.threads().count();
  report.dtype = options.dtype != "auto" ? options.dtype : checkpoint ? dtype_of(*checkpoint) : "bf16";
  if (!options.json.empty()) OutputFile attempt(options.json);  // if it cannot be written, that is said now
  catch_interrupts();
  with_dtype(report.dtype, [&](auto element) {
    Bench<Machine, decltype(element)> bench(machine, options, config, report);
    bench.run(checkpoint.get());
  });
  return !report.interrupted;
}

}  // namespace program
