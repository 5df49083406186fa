#pragma once

#include <vector>

#include <qwen3vl/ops/sampling/candidates.hpp>

namespace qwen3vl {

/// Keeps the candidates at least `p` times as probable as the best one, whose weight is 1
/// (Nguyen et al. 2024, §3). p = 0 keeps all; the best always stays.
inline void keep_min_p(std::vector<Candidate>& candidates, double p) {
  if (p > 0) std::erase_if(candidates, [p](const Candidate& candidate) { return candidate.weight < p; });
}

}  // namespace qwen3vl
