#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/generate/dialect.hpp>
#include <qwen3vl/generate/media_item.hpp>
#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/placeholders.hpp>
#include <qwen3vl/input/recognise_template.hpp>

namespace qwen3vl {

/// A conversation as ids: rendered, its placeholders expanded, tokenised in one piece.
struct TokenisedPrompt {
  std::string text;      // placeholders expanded
  std::vector<int> ids;  // of the text
};

/// Where a video's times stand: in the text, a group of placeholders each (Qwen3-VL), or in the position ids
/// alone, behind one run of placeholders (Qwen2-VL, Qwen2.5-VL); or there are no videos (Qwen-VL).
enum class VideoLayout { timestamp_groups, single_group, no_videos };

/// The media are those of the conversation, in the order of their parts. A clip stands there as V has it.
template <VideoPlaceholder V>
TokenisedPrompt tokenise_prompt(const Conversation& chat, TemplateKind kind, const RenderOptions& options,
                                std::span<const MediaItem> media, int merge, Encoder& encoder) {
  std::vector<Grid> images;
  std::vector<VideoGrid> videos;
  for (const MediaItem& item : media) {
    if (item.is_video())
      videos.push_back({item.grid(), item.timestamps()});
    else
      images.push_back(item.grid());
  }
  TokenisedPrompt prompt;
  prompt.text = expand_placeholders<V>(render_chat(kind, chat, options), images, videos, merge);
  prompt.ids = encoder.encode(prompt.text);
  return prompt;
}

/// The same, and a clip stands there as this dialect and layout have it.
inline TokenisedPrompt tokenise_prompt(const Conversation& chat, TemplateKind kind,
                                       const RenderOptions& options, std::span<const MediaItem> media,
                                       int merge, Dialect dialect, Encoder& encoder,
                                       VideoLayout layout = VideoLayout::timestamp_groups) {
  const auto tokenise = layout == VideoLayout::no_videos      ? tokenise_prompt<NoVideo>
                        : layout == VideoLayout::single_group ? tokenise_prompt<Qwen2Video>
                        : dialect == Dialect::released        ? tokenise_prompt<ReleasedVideo>
                                                              : tokenise_prompt<Transformers5Video>;
  return tokenise(chat, kind, options, media, merge, encoder);
}

}  // namespace qwen3vl
