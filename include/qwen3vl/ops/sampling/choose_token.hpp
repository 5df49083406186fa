#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <qwen3vl/ops/sampling/argmax.hpp>
#include <qwen3vl/ops/sampling/candidates.hpp>
#include <qwen3vl/ops/sampling/min_p.hpp>
#include <qwen3vl/ops/sampling/sampling_options.hpp>
#include <qwen3vl/ops/sampling/top_k.hpp>
#include <qwen3vl/ops/sampling/top_p.hpp>

namespace qwen3vl {

/// Memory of a choice on the host, reserved once for a vocabulary.
struct ChoiceLists {
  std::vector<float> scores, selected;  // penalised; among which the k-th is looked for
  std::vector<Candidate> candidates, sorted;

  ChoiceLists(const SamplingOptions& options, std::size_t vocab_size) {
    if (options.penalises()) scores.resize(vocab_size);
    if (options.greedy()) return;
    candidates.reserve(vocab_size);
    if (options.top_k > 0) selected.reserve(vocab_size);
    if (options.top_p < 1) sorted.reserve(vocab_size);
  }
};

/// A token for the even random number u, 0 ≤ u < 1, from scores that are penalised already:
///
///   top-k, softmax at the temperature, top-p, min-p, and the draw; at temperature 0 the largest
///
/// −1 where a score is NaN or +∞, and where all are −∞. Allocates nothing.
inline std::int32_t choose_token(std::span<const float> scores, const SamplingOptions& options, double u,
                                 ChoiceLists& lists) {
  const std::int32_t best = find_largest(scores);
  if (best < 0 || options.greedy()) return best;
  take_top_k(scores, options.top_k, lists.selected, lists.candidates);
  weigh(lists.candidates, scores[static_cast<std::size_t>(best)], options.temperature);
  keep_top_p(lists.candidates, options.top_p, lists.sorted);
  keep_min_p(lists.candidates, options.min_p);
  return draw(lists.candidates, u);
}

}  // namespace qwen3vl
