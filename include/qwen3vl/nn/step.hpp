#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/grid.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/ops/mask/mask.hpp>

namespace qwen3vl {

/// What the decoder reads in one go: tokens of one or several sequences, one sequence after another.
/// A whole prompt, a chunk of one, the next token of a batch: all are steps.
template <Backend B> struct Step {
  using Space = typename B::Space;
  View<const int, 1, Space> ids;             // [tokens]
  View<const Position, 1, Space> positions;  // [tokens]
  View<const int, 1, Space> visual;  // [tokens]: row of the visual features, −1 for text; empty: all text
  View<const Segment, 1, Space> segments;  // [sequences]: tokens of the step against rows of the cache
  View<const int, 1, Space> wanted;        // [n]: the tokens whose logits are wanted
  std::int64_t length = 0;                 // 1 + the largest position of what is being read, of all sequences

  std::int64_t tokens() const { return ids.shape[0]; }
};

/// What the vision tower gives to the decoder, a row for every visual token of the prompt: the merged
/// features, which replace the embeddings, and DeepStack's, which are added after the first layers.
template <Backend B, Element T> struct VisualFeatures {
  View<T, 2, typename B::Space> merged;     // [visual tokens, hidden]
  View<T, 3, typename B::Space> deepstack;  // [levels, visual tokens, hidden]

  /// Rows begin … begin + count − 1 of both.
  VisualFeatures rows(std::int64_t begin, std::int64_t count) const {
    VisualFeatures part = *this;
    part.merged = merged.rows(begin, count);
    if (deepstack.shape[0] > 0) {
      part.deepstack.data += begin * deepstack.stride[1];
      part.deepstack.shape[1] = count;
    }
    return part;
  }
};

}  // namespace qwen3vl
