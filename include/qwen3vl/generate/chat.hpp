#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/generate/dialect.hpp>
#include <qwen3vl/generate/prompt.hpp>
#include <qwen3vl/generate/session.hpp>
#include <qwen3vl/text/position_ids.hpp>

namespace qwen3vl {

/// What a chat is doing; a caller that measures is told when the next stage begins.
enum class Stage { preprocess, vision, prefill, decode };

/// The default listener: hears nothing.
struct NoStages {
  void operator()(Stage) const {}
};

/// Thrown by Chat::read() when a clip has other frames than its packets promised, by which its placeholders and
/// timestamps were made. Now it has been decoded, and a prompt that is tokenised again is right.
struct ClipChanged : Error {
  using Error::Error;
};

/// What f() returns, which tokenises and reads; it is called once more where a clip changed.
template <class F> decltype(auto) until_settled(F&& f) {
  try {
    return f();
  } catch (const ClipChanged&) {
    return f();
  }
}

/// One conversation with a model. Each turn brings the whole conversation as ids, and what the cache
/// holds already is not read again: the new media are looked at, the new tokens read. Tokens are the same
/// when their ids and the pictures behind them are.
///
///   Chat chat(session, config, threads);
///   auto logits = chat.read(prompt, media);       // [vocab], of the answer's first token
///   logits = chat.next(id);                        // of the token after it
///
/// read_in_place() and next_in_place() leave the logits where the model works, for a sampler that works there.
template <class Model, class Config> class Chat {
 public:
  using Logits = View<const float, 1, typename Model::Space>;  // [vocab]

  Chat(Session<Model, Config>& session, const Config& config, Threads& threads,
       Dialect dialect = Dialect::released)
      : session_(session), config_(config), threads_(threads), dialect_(dialect) {}

  /// Tokens of the conversation that the cache holds.
  std::span<const int> ids() const { return ids_; }
  /// Tokens that the last read() took from the cache.
  std::int64_t reused() const { return reused_; }

  /// Reads a prompt. `media` are all of the conversation, in order; those of earlier turns as before. Throws
  /// ClipChanged where a clip that is new in this turn was not what it promised.
  template <class OnStage = NoStages, class Progress = NoProgress>
  View<const float, 1> read(const TokenisedPrompt& prompt, std::span<MediaItem> media, OnStage on_stage = {},
                            Progress progress = {}) {
    return on_host(read_in_place(prompt, media, on_stage, progress));
  }
  template <class OnStage = NoStages, class Progress = NoProgress>
  Logits read_in_place(const TokenisedPrompt& prompt, std::span<MediaItem> media, OnStage on_stage = {},
                       Progress progress = {}) {
    std::vector<MediaSpan> spans = place(prompt.ids, media);
    std::int64_t kept = common_prefix(prompt.ids);
    for (std::size_t m = 0; m < spans.size(); ++m) {  // a picture is kept whole or not at all
      const bool same = m < media_in_cache_.size() && media_in_cache_[m] == media[m].id();
      if (spans[m].begin < kept && (kept < spans[m].end || !same)) kept = spans[m].begin;
    }
    reused_ = kept;
    session_.rewind(0, kept);
    ids_.resize(std::size_t(kept));
    media_in_cache_.clear();

    const PositionIds positions = find_positions(prompt.ids, media);
    const auto rest = std::span(prompt.ids).subspan(std::size_t(kept));
    std::int64_t visual_tokens = 0;
    const std::vector<int> visual = count_visual(rest, visual_tokens);
    session_.expect_visual_tokens(visual_tokens);
    for (std::size_t m = 0; m < media.size(); ++m) {
      if (spans[m].begin < kept) continue;
      on_stage(Stage::preprocess);
      const std::vector<double> promised = media[m].timestamps();
      const MediaPixels pixels = media[m].pixels(threads_);
      if (media[m].grid() != spans[m].grid || media[m].timestamps() != promised) settle(media, m);
      on_stage(Stage::vision);
      session_.see(pixels.pixel_values, std::span(&spans[m].grid, 1));
    }
    session_.forget_scenery(false);

    on_stage(Stage::prefill);
    const SequenceInput input{rest, std::span(positions.positions).subspan(std::size_t(kept)), visual, 0};
    const auto logits = session_.read_in_place(std::span(&input, 1), Unobserved{}, progress);
    session_.forget_scenery();
    ids_ = prompt.ids;
    for (const MediaItem& item : media) media_in_cache_.push_back(item.id());
    next_position_ = positions.next;
    session_.wait();  // so that each stage has its own time
    on_stage(Stage::decode);
    return logits[0];
  }

  /// Reads one token of the answer.
  View<const float, 1> next(int id) { return on_host(next_in_place(id)); }
  Logits next_in_place(int id) {
    const Position at{next_position_, next_position_, next_position_};
    const SequenceInput input{std::span(&id, 1), std::span(&at, 1), {}, 0};
    const auto logits = session_.read_in_place(std::span(&input, 1));
    ids_.push_back(id);
    ++next_position_;
    return logits[0];
  }

 private:
  struct MediaSpan {
    std::int64_t begin, end;  // from its first placeholder to behind its last
    Grid grid;
  };

  View<const float, 1> on_host(Logits logits) {
    return session_.on_host(reshape<2>(logits, {1, logits.shape[0]}))[0];
  }

  /// Decodes the clips behind `changed` as well, so that the next reading is the last.
  [[noreturn]] void settle(std::span<MediaItem> media, std::size_t changed) {
    session_.forget_scenery();
    for (std::size_t m = changed + 1; m < media.size(); ++m)
      if (media[m].is_video()) (void)media[m].pixels(threads_);
    throw ClipChanged(media[changed].name(), "has other frames than its packets promise",
                      "tokenise and read once more, for they are known now: until_settled()");
  }

  bool is_visual(int id) const { return id == config_.image_token_id || id == config_.video_token_id; }

  std::vector<MediaSpan> place(std::span<const int> ids, std::span<const MediaItem> media) const {
    std::vector<MediaSpan> spans;
    std::size_t at = 0;
    for (const MediaItem& item : media) {
      while (at < ids.size() && !is_visual(ids[at])) ++at;
      MediaSpan span{static_cast<std::int64_t>(at), 0, item.grid()};
      for (std::int64_t left = item.grid().tokens(config_.vision_config.spatial_merge_size); left > 0; ++at) {
        expect(at < ids.size(), "Chat", "the prompt has fewer placeholders than its media have tokens");
        left -= is_visual(ids[at]);
      }
      span.end = static_cast<std::int64_t>(at);
      spans.push_back(span);
    }
    return spans;
  }

  /// The last token is always read: its logits are wanted.
  std::int64_t common_prefix(std::span<const int> ids) const {
    expect(!ids.empty(), "Chat", "the prompt is empty");
    const std::size_t most = std::min(ids.size() - 1, ids_.size());
    std::size_t same = 0;
    while (same < most && ids[same] == ids_[same]) ++same;
    return static_cast<std::int64_t>(same);
  }

  PositionIds find_positions(std::span<const int> ids, std::span<const MediaItem> media) const {
    std::vector<Grid> images, videos;
    std::vector<float> seconds;
    for (const MediaItem& item : media) {
      (item.is_video() ? videos : images).push_back(item.grid());
      if (item.is_video()) seconds.push_back(static_cast<float>(item.second_per_grid()));
    }
    return with_dialect_time(config_, seconds, dialect_, [&](auto time, AfterVision after) {
      return position_ids(ids, VisionTokenIds{config_.image_token_id, config_.video_token_id}, images, videos,
                          config_.vision_config.spatial_merge_size, time, after);
    });
  }

  /// Rows in the order of the prompt, for media are seen in that order.
  std::vector<int> count_visual(std::span<const int> ids, std::int64_t& count) const {
    std::vector<int> rows;
    rows.reserve(ids.size());
    for (const int id : ids) rows.push_back(is_visual(id) ? static_cast<int>(count++) : -1);
    return rows;
  }

  Session<Model, Config>& session_;
  const Config& config_;
  Threads& threads_;
  Dialect dialect_;
  std::vector<int> ids_;
  std::vector<std::uint64_t> media_in_cache_;
  std::int64_t reused_ = 0;
  int next_position_ = 0;
};

}  // namespace qwen3vl
