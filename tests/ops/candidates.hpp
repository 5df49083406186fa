#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include <qwen3vl/ops/sampling/top_k.hpp>

/// Candidates with these probabilities and the ids 0, 1, 2, …
inline std::vector<qwen3vl::Candidate> candidates_of(const std::vector<double>& probabilities) {
  std::vector<float> scores, scratch;
  for (const double p : probabilities) scores.push_back(static_cast<float>(std::log(p)));
  std::vector<qwen3vl::Candidate> candidates;
  qwen3vl::take_top_k(scores, 0, scratch, candidates);
  float best = scores[0];
  for (const float score : scores) best = score > best ? score : best;
  qwen3vl::weigh(candidates, best, 1);
  return candidates;
}

inline std::vector<std::int32_t> ids_of(const std::vector<qwen3vl::Candidate>& candidates) {
  std::vector<std::int32_t> ids;
  for (const qwen3vl::Candidate& candidate : candidates) ids.push_back(candidate.id);
  return ids;
}

using Ids = std::vector<std::int32_t>;
