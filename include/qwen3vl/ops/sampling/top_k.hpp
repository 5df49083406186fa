#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <qwen3vl/ops/sampling/candidates.hpp>

namespace qwen3vl {

/// The k-th largest score, −∞ when fewer than k are finite. `scratch` grows to the size of scores at
/// most. One pass: the best so far are kept in a short list, which is cut to k whenever it is full.
inline float kth_largest(std::span<const float> scores, std::size_t k, std::vector<float>& scratch) {
  constexpr std::size_t block = 16;
  const std::size_t full = 4 * k + 1024;
  float least = -std::numeric_limits<float>::infinity();  // k scores are at least this large
  const auto cut = [&] {
    std::nth_element(scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(k - 1), scratch.end(),
                     std::greater<>());
    scratch.resize(k);
    least = scratch.back();
  };
  scratch.clear();
  for (std::size_t begin = 0; begin < scores.size(); begin += block) {
    const auto some = scores.subspan(begin, std::min(block, scores.size() - begin));
    int any = 0;
    for (const float score : some) any |= score > least;
    if (!any) continue;
    for (const float score : some)
      if (score > least) scratch.push_back(score);
    if (scratch.size() >= full) cut();
  }
  if (scratch.size() >= k) cut();
  return least;
}

/// Begins the list of candidates with the k best scores, and all that tie with the k-th; k = 0 takes
/// every score. Scores of −∞ are never candidates. Weights are not set yet.
inline void take_top_k(std::span<const float> scores, int k, std::vector<float>& scratch,
                       std::vector<Candidate>& candidates) {
  constexpr float impossible = -std::numeric_limits<float>::infinity();
  const auto wanted = static_cast<std::size_t>(k);
  const float least = k > 0 && wanted < scores.size() ? kth_largest(scores, wanted, scratch) : impossible;
  candidates.clear();
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (scores[i] >= least && scores[i] > impossible)
      candidates.push_back({0, scores[i], static_cast<std::int32_t>(i)});
}

}  // namespace qwen3vl
