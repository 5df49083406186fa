#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The tokens that are still possible, always in order of id, so that a draw depends on nothing but
/// scores and seed: no sort, and no order that a standard library chose.
namespace qwen3vl {

struct Candidate {
  double weight;  // not normalised: 1 for the best token
  float score;
  std::int32_t id;
};

/// Best first; on ties the lower id.
inline bool better(const Candidate& a, const Candidate& b) {
  return a.score > b.score || (a.score == b.score && a.id < b.id);
}

/// The softmax at temperature T, but for the division by its sum:
///
///   weight = exp( (score − best) / T )        best = max score, T > 0
///
/// In double, and from the difference: no score and no T overflows it.
inline void weigh(std::span<Candidate> candidates, float best, double temperature) {
  for (Candidate& candidate : candidates)
    candidate.weight = std::exp((static_cast<double>(candidate.score) - best) / temperature);
}

inline double total_weight(std::span<const Candidate> candidates) {
  double sum = 0;
  for (const Candidate& candidate : candidates) sum += candidate.weight;
  return sum;
}

/// The token whose stretch of the total weight holds u, 0 ≤ u < 1. `candidates` is not empty.
inline std::int32_t draw(std::span<const Candidate> candidates, double u) {
  const double target = u * total_weight(candidates);
  double sum = 0;
  std::int32_t last = candidates.front().id;
  for (const Candidate& candidate : candidates) {
    sum += candidate.weight;
    if (sum > target) return candidate.id;
    if (candidate.weight > 0) last = candidate.id;
  }
  return last;
}

}  // namespace qwen3vl
