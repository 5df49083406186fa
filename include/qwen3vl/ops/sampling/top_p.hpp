#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <qwen3vl/ops/sampling/candidates.hpp>

namespace qwen3vl {

/// The worst of the fewest best candidates that together weigh `wanted`. Changes their order.
/// Quickselect, with weights in place of counts: half of the rest is settled in every round.
inline Candidate last_to_reach(std::span<Candidate> rest, double wanted) {
  while (rest.size() > 1) {
    const std::size_t half = rest.size() / 2;
    std::nth_element(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(half), rest.end(), better);
    const double upper = total_weight(rest.first(half));
    if (upper >= wanted) {
      rest = rest.first(half);
    } else {
      rest = rest.subspan(half);
      wanted -= upper;
    }
  }
  return rest.front();
}

/// Nucleus sampling (Holtzman et al. 2020, §3.1): keeps the fewest best candidates whose probabilities
/// add up to p at least, the one that crosses p included; of equal ones those with lower ids. p = 1
/// keeps all, p = 0 the best. `scratch` grows to the number of candidates at most.
inline void keep_top_p(std::vector<Candidate>& candidates, double p, std::vector<Candidate>& scratch) {
  if (p >= 1 || candidates.size() < 2) return;
  const double total = total_weight(candidates);
  // All that weigh less than this are in the tail: together they are less than (1 − p)·total.
  const double tail = (1 - p) * total / static_cast<double>(candidates.size());
  scratch.clear();
  for (const Candidate& candidate : candidates)
    if (candidate.weight >= tail) scratch.push_back(candidate);
  const Candidate last = last_to_reach(scratch, p * total);
  std::erase_if(candidates, [&](const Candidate& candidate) { return better(last, candidate); });
}

}  // namespace qwen3vl
