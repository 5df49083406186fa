#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/observer.hpp>
#include <qwen3vl/core/replay.hpp>
#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/model/sizes.hpp>
#include <qwen3vl/nn/kv_cache.hpp>
#include <qwen3vl/nn/step.hpp>
#include <qwen3vl/ops/convert.hpp>

namespace qwen3vl {

/// How large a session may become. Everything is reserved when it is made.
struct SessionSize {
  int sequences = 1;
  std::int64_t context = 4096;  // tokens a sequence, prompt and answer
  std::int64_t chunk = 512;     // tokens of a sequence that are read in one step
  bool all_logits = false;      // logits of every token of a step, not only of a sequence's last
};

/// What one sequence reads: the tokens that follow those it has read.
struct SequenceInput {
  std::span<const int> ids;
  std::span<const Position> positions;
  std::span<const int> visual;  // row of the visual features, −1 for text; empty: all text
  int padding = 0;              // the first tokens that are left padding; only on an empty sequence
};

/// Where a token of the running step belongs.
struct TokenPlace {
  int sequence;
  std::int64_t index;  // in the sequence
};

/// The default progress callback: hears nothing.
struct NoProgress {
  void operator()(std::int64_t, std::int64_t) const {}
};

/// A model at work on one or several sequences: cache, scratch, and what has been seen and read.
///
///   session.see(pixel_values, grids);            // rows of features for the placeholders
///   auto logits = session.read(inputs);          // a prompt, in chunks: [sequences, vocab]
///   logits = session.read(next_tokens);          // one token more, and so on
///
/// A sequence can be cut back to a prefix and read on from there. After the first call of each kind
/// nothing is allocated.
template <class Model, class Config> class Session {
 public:
  using B = typename Model::BackendType;
  using T = typename Model::ElementType;
  using Space = typename B::Space;

  Session(B& on, const Model& model, const Config& config, SessionSize size)
      : on_(on),
        model_(model),
        config_(config),
        size_(checked(size, config)),
        cache_(on, config.text_config.num_hidden_layers, config.text_config.num_key_value_heads,
               config.text_config.head_dim, size_.sequences, size_.context),
        workspace_(on, step_bytes<Model>(config, step_tokens(), size_.sequences, logit_rows())),
        arrays_(on, array_bytes()),
        logits_(on, std::size_t(logit_rows() * config.text_config.vocab_size) * (sizeof(T) + sizeof(float))),
        lengths_(size_.sequences),
        padding_(size_.sequences) {
    ids_.reserve(step_tokens());
    positions_.reserve(step_tokens());
    visual_.reserve(step_tokens());
    places_.reserve(step_tokens());
    wanted_.reserve(step_tokens());
    segments_.reserve(size_.sequences);
    rows_of_logits_.reserve(logit_rows());
  }

  std::int64_t length(int sequence) const { return lengths_[sequence]; }
  std::int64_t room(int sequence) const { return size_.context - lengths_[sequence]; }
  const SessionSize& size() const { return size_; }
  std::span<const TokenPlace> places() const {
    return places_;
  }  // of the running step's tokens, for observers

  /// Forgets all but the first `length` tokens of a sequence.
  void rewind(int sequence, std::int64_t length) {
    expect(length >= 0 && length <= lengths_[sequence], "Session", "cannot rewind to what was not read");
    lengths_[sequence] = length;
    if (length == 0) padding_[sequence] = 0;
  }

  /// Makes room for the features of `tokens` visual tokens, and forgets the earlier ones. Placeholders
  /// that are read later count from the first of these.
  void expect_visual_tokens(std::int64_t tokens) {
    const std::int64_t hidden = config_.text_config.hidden_size;
    const std::int64_t levels = deepstack_levels<Model>(config_);
    const std::size_t bytes = std::size_t((levels + 1) * tokens * hidden) * sizeof(T);
    if (bytes > features_.bytes() || bytes == 0) features_ = Buffer<B>(on_, bytes);
    seen_.merged = {reinterpret_cast<T*>(features_.data()), {tokens, hidden}};
    seen_.deepstack = {seen_.merged.data + seen_.merged.size(), {levels, tokens, hidden}};
    rows_seen_ = 0;
  }

  /// Looks at images and videos; their features fill the next rows. Frames go through the tower in
  /// passes of at most `most_patches` patches, but a frame at the least.
  ///
  ///   pixel_values : [patches, patch_elements] on the host     grids : their (t, h, w)
  template <class Observer = Unobserved>
  void see(View<const float, 2> pixel_values, std::span<const Grid> grids, std::int64_t most_patches = 16384,
           Observer observe = {}) {
    const int merged = config_.vision_config.merged_patches();
    std::vector<Grid> pass;
    std::int64_t begin = 0, patches = 0;
    const auto look = [&] {
      if (pass.empty()) return;
      look_at(pixel_values.rows(begin, patches), pass, seen_.rows(rows_seen_, patches / merged), observe);
      rows_seen_ += patches / merged;
      begin += patches, patches = 0;
      pass.clear();
    };
    std::int64_t rows_wanted = rows_seen_, patches_wanted = 0;
    for (const Grid& grid : grids) {
      expect(grid.t > 0 && grid.h > 0 && grid.w > 0, "Session", "a grid is empty");
      rows_wanted += grid.patches() / merged, patches_wanted += grid.patches();
    }
    expect(rows_wanted <= seen_.merged.shape[0], "Session", "more visual tokens than were expected",
           "call expect_visual_tokens() with the number of all placeholders first");
    expect(patches_wanted == pixel_values.shape[0], "Session",
           "pixel_values and grids hold different numbers of patches");
    for (const Grid& grid : grids) {
      const std::int64_t frame = std::int64_t(grid.h) * grid.w;
      for (int k = 0; k < grid.t;) {
        if (patches > 0 && patches + frame > most_patches) look();
        const int fit =
            static_cast<int>(std::clamp<std::int64_t>((most_patches - patches) / frame, 1, grid.t - k));
        pass.push_back({fit, grid.h, grid.w});
        patches += fit * frame, k += fit;
      }
    }
    look();
  }

  /// Gives back the tower's scratch, and with `features` what it saw: after the prompt both are idle.
  void forget_scenery(bool features = true) {
    vision_workspace_ = Buffer<B>();
    if (features) features_ = Buffer<B>(), seen_ = {}, rows_seen_ = 0;
  }

  /// Reads what each sequence is given, chunk by chunk. Returns the logits of each sequence's last token,
  /// [sequences, vocab], or with all_logits of every token of the inputs, sequence after sequence; they
  /// are valid until the next call. `progress` is called with tokens read and tokens in all.
  template <class Observer = Unobserved, class Progress = NoProgress>
  View<const float, 2> read(std::span<const SequenceInput> inputs, Observer observe = {},
                            Progress progress = {}) {
    return on_host(read_in_place(inputs, observe, progress));
  }

  /// The same, but the logits stay where the model works, and nothing is waited for: what chooses the next token there
  /// (generate/sampling_on.hpp) can be in the stream before they are.
  template <class Observer = Unobserved, class Progress = NoProgress>
  View<const float, 2, Space> read_in_place(std::span<const SequenceInput> inputs, Observer observe = {},
                                            Progress progress = {}) {
    std::int64_t longest = 0, done = 0;
    const std::int64_t total = start(inputs, longest);
    for (std::int64_t first = 0; first < longest; first += size_.chunk) {
      gather(inputs, first);
      run_step(
          config_.text_config.vocab_size,
          [&](const Step<B>& step, View<T, 2, Space> logits) {
            model_.forward(on_, workspace_, step, seen_, cache_, logits, observe);
          },
          std::is_same_v<Observer, Unobserved> && !rotates_by_length(model_));
      progress(done += static_cast<std::int64_t>(ids_.size()), total);
    }
    const std::int64_t rows = size_.all_logits ? total : static_cast<std::int64_t>(inputs.size());
    return {float_rows(), {rows, config_.text_config.vocab_size}};
  }

  /// The same up to the head: the features of each sequence's last token behind the final norm,
  /// [sequences, hidden], for embeddings (model/heads.hpp).
  View<const float, 2> read_features(std::span<const SequenceInput> inputs) {
    const std::int64_t hidden = config_.text_config.hidden_size;
    expect(!size_.all_logits && hidden <= config_.text_config.vocab_size, "Session",
           "features take the place of logits, and there is no room", "a session without all_logits");
    std::int64_t longest = 0;
    start(inputs, longest);
    for (std::int64_t first = 0; first < longest; first += size_.chunk) {
      gather(inputs, first);
      run_step(hidden, [&](const Step<B>& step, View<T, 2, Space> last) {
        model_.features(on_, workspace_, step, seen_, cache_, last);
      });
    }
    return on_host({float_rows(), {static_cast<std::int64_t>(inputs.size()), hidden}});
  }

  /// Until all that was asked for is done.
  void wait() { on_.synchronize(); }

  /// What stayed in place, for the host; valid until the next call.
  View<const float, 2> on_host(View<const float, 2, Space> rows) {
    if constexpr (std::is_same_v<Space, Host>) {
      return rows;
    } else {
      const auto size = static_cast<std::size_t>(rows.size());
      if (host_rows_.size() < size) host_rows_.resize(size);
      on_.copy_out(host_rows_.data(), rows.data, size * sizeof(float));
      return {host_rows_.data(), {rows.shape[0], rows.shape[1]}};
    }
  }

 private:
  static SessionSize checked(SessionSize size, const Config& config) {
    const auto& text = config.text_config;
    if (size.sequences < 1 || size.sequences > 65536 || size.context < 1 ||
        size.context > text.max_position_embeddings || size.chunk < 1 ||
        size.sequences > (std::int64_t{1} << 31) / size.context - 1)
      throw Error(
          "Session",
          "a context of " + std::to_string(size.context) + " tokens for " + std::to_string(size.sequences) +
              " sequences in chunks of " + std::to_string(size.chunk),
          "1 to " + std::to_string(text.max_position_embeddings) + " tokens (max_position_embeddings)");
    size.chunk = std::min(size.chunk, size.context);
    return size;
  }
  std::int64_t step_tokens() const { return size_.chunk * size_.sequences; }
  std::int64_t logit_rows() const {
    return size_.all_logits ? size_.context * size_.sequences : std::int64_t(size_.sequences);
  }
  /// ids, positions, visual, segments, wanted of the largest step, each from a 256-byte border
  std::size_t array_bytes() const {
    const std::size_t n = std::size_t(step_tokens());
    return n * (sizeof(int) * 3 + sizeof(Position)) + std::size_t(size_.sequences) * sizeof(Segment) +
           5 * 256;
  }

  void check_inputs(std::span<const SequenceInput> inputs) const {
    expect(inputs.size() == std::size_t(size_.sequences), "Session", "one input a sequence");
    for (std::size_t s = 0; s < inputs.size(); ++s) {
      const SequenceInput& input = inputs[s];
      const auto tokens = static_cast<std::int64_t>(input.ids.size());
      if (lengths_[s] + tokens > size_.context)
        throw Error("Session",
                    "the context of " + std::to_string(size_.context) + " tokens is full: " +
                        std::to_string(lengths_[s]) + " read, " + std::to_string(tokens) + " more",
                    "a larger --context, smaller images or fewer frames");
      expect(input.positions.size() == input.ids.size(), "Session", "as many positions as tokens");
      expect(input.visual.empty() || input.visual.size() == input.ids.size(), "Session",
             "visual has a row for each token");
      expect(input.padding == 0 || lengths_[s] == 0, "Session", "padding in the middle of a sequence");
      for (const int id : input.ids)
        if (id < 0 || id >= config_.text_config.vocab_size)
          throw Error("Session", "token id " + std::to_string(id) + " is not in the vocabulary of " +
                                     std::to_string(config_.text_config.vocab_size));
      for (const int row : input.visual)
        if (row >= rows_seen_)
          throw Error("Session",
                      "a placeholder wants visual token " + std::to_string(row) + ", but " +
                          std::to_string(rows_seen_) + " were seen",
                      "the prompt's images and videos go through see() first");
    }
  }

  /// Checks the inputs; the number of their tokens, and of those of the longest.
  std::int64_t start(std::span<const SequenceInput> inputs, std::int64_t& longest) {
    check_inputs(inputs);
    std::int64_t total = 0;
    length_ = 0;
    for (const SequenceInput& input : inputs) {
      for (const Position& at : input.positions)
        length_ = std::max<std::int64_t>(length_, 1 + std::max({at.t, at.h, at.w}));
      longest = std::max<std::int64_t>(longest, static_cast<std::int64_t>(input.ids.size()));
      total += static_cast<std::int64_t>(input.ids.size());
    }
    return total;
  }

  /// The step of tokens first … first + chunk − 1 of every input.
  void gather(std::span<const SequenceInput> inputs, std::int64_t first) {
    ids_.clear(), positions_.clear(), visual_.clear(), segments_.clear(), wanted_.clear(), places_.clear();
    rows_of_logits_.clear();
    bool sees = false;
    std::int64_t row = 0;
    for (std::size_t s = 0; s < inputs.size(); ++s) {
      const SequenceInput& input = inputs[s];
      const auto tokens = static_cast<std::int64_t>(input.ids.size());
      const std::int64_t end = std::min(first + size_.chunk, tokens), n = end - first;
      if (n > 0) {
        if (lengths_[s] == 0) padding_[s] = input.padding;
        segments_.push_back({static_cast<int>(ids_.size()), static_cast<int>(n),
                             static_cast<int>(s * size_.context), static_cast<int>(lengths_[s] + n),
                             padding_[s]});
        for (std::int64_t i = first; i < end; ++i) {
          if (size_.all_logits || i + 1 == tokens) {
            wanted_.push_back(static_cast<int>(ids_.size()));
            rows_of_logits_.push_back(size_.all_logits ? row + i : static_cast<std::int64_t>(s));
          }
          ids_.push_back(input.ids[i]);
          positions_.push_back(input.positions[i]);
          visual_.push_back(input.visual.empty() ? -1 : input.visual[i]);
          sees = sees || visual_.back() >= 0;
          places_.push_back({static_cast<int>(s), lengths_[s] + i - first});
        }
        lengths_[s] += n;
      }
      row += tokens;
    }
    if (!sees) visual_.clear();
  }

  /// pass(step, rows) fills [wanted, width]; as floats they go to the places of their tokens.
  template <class Pass> void run_step(std::int64_t width, Pass pass, bool may_replay = false) {
    std::byte* at = arrays_.data();
    Step<B> step;
    step.ids = put(at, ids_), step.positions = put(at, positions_), step.visual = put(at, visual_);
    step.segments = put(at, segments_), step.wanted = put(at, wanted_);
    step.length = length_;
    const std::int64_t rows = step.wanted.shape[0];
    View<T, 2, Space> result(reinterpret_cast<T*>(logits_.data()), {rows, width});
    const bool next_tokens =
        step.tokens() == step.segments.shape[0] && rows == step.tokens() && visual_.empty();
    if (may_replay && next_tokens)
      replay_(on_, rows,
              [&] { pass(step, result); });  // of another such step only the arrays' numbers differ
    else
      pass(step, result);
    for (std::int64_t r = 0; r < rows; ++r) {
      View<float, 2, Space> to(float_rows() + rows_of_logits_[r] * width, {1, width});
      convert<B, T, float>(on_, result.rows(r, 1), to);
    }
  }

  template <class E> View<const E, 1, Space> put(std::byte*& at, const std::vector<E>& values) {
    const std::size_t bytes = values.size() * sizeof(E);
    E* const data = reinterpret_cast<E*>(at);
    if (bytes) on_.copy_in(data, values.data(), bytes);
    at += (bytes + 255) / 256 * 256;
    return {values.empty() ? nullptr : data, {static_cast<std::int64_t>(values.size())}};
  }

  template <class Observer>
  void look_at(View<const float, 2> pixels, const std::vector<Grid>& grids, VisualFeatures<B, T> seen,
               Observer& observe) {
    const std::size_t bytes = see_bytes<Model>(config_, grids);
    if (bytes > vision_workspace_.bytes()) {
      vision_workspace_ = Buffer<B>();
      vision_workspace_ = Buffer<B>(on_, bytes);
    }
    Workspace<B> workspace(on_, vision_workspace_);
    const View<const Grid, 1> grid_view(grids.data(), {static_cast<std::int64_t>(grids.size())});
    if constexpr (std::is_same_v<Space, Host> && std::is_same_v<T, float>) {
      model_.see(on_, workspace, pixels, grid_view, seen, observe);
    } else {
      auto rounded = workspace.template take<T>({pixels.shape[0], pixels.shape[1]});
      bring_pixels(pixels, workspace, rounded);
      model_.see(on_, workspace, rounded, grid_view, seen, observe);
    }
  }

  /// Pixels of the host to where the model works, in its type.
  void bring_pixels(View<const float, 2> pixels, Workspace<B>& workspace, View<T, 2, Space> to) {
    if constexpr (std::is_same_v<Space, Host>) {
      convert<B, float, T>(on_, pixels, to);
    } else {
      expect(pixels.contiguous(), "Session", "pixel_values has gaps between its rows");
      const std::size_t bytes = std::size_t(pixels.size()) * sizeof(float);
      if constexpr (std::is_same_v<T, float>) {
        on_.copy_in(to.data, pixels.data, bytes);
      } else {
        const auto scope = workspace.scope();
        const auto floats = workspace.template take<float>({pixels.shape[0], pixels.shape[1]});
        on_.copy_in(floats.data, pixels.data, bytes);
        convert<B, float, T>(on_, View<const float, 2, Space>(floats), to);
      }
    }
  }

  float* float_rows() const {
    return reinterpret_cast<float*>(logits_.data() +
                                    logit_rows() * config_.text_config.vocab_size * sizeof(T));
  }

  B& on_;
  const Model& model_;
  const Config& config_;
  SessionSize size_;
  KVCache<B, T> cache_;
  Workspace<B> workspace_;
  Buffer<B> arrays_, logits_, features_, vision_workspace_;
  Replay<B> replay_;
  VisualFeatures<B, T> seen_;
  std::int64_t rows_seen_ = 0;
  std::vector<std::int64_t> lengths_;
  std::vector<int> padding_;
  // the running step, on the host
  std::int64_t length_ = 0;
  std::vector<int> ids_, visual_, wanted_;
  std::vector<Position> positions_;
  std::vector<Segment> segments_;
  std::vector<TokenPlace> places_;
  std::vector<std::int64_t> rows_of_logits_;
  std::vector<float> host_rows_;
};

}  // namespace qwen3vl
