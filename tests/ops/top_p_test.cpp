#include "candidates.hpp"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/ops/sampling/top_p.hpp>

using namespace qwen3vl;

namespace {

Ids top_p(const std::vector<double>& probabilities, double p) {
  auto candidates = candidates_of(probabilities);
  std::vector<Candidate> scratch;
  keep_top_p(candidates, p, scratch);
  return ids_of(candidates);
}

/// The reference's definition: ascending, drop while the sum so far is at most 1 − p, keep the last.
Ids top_p_by_sorting(std::vector<Candidate> candidates, double p) {
  const double total = total_weight(candidates);
  std::sort(candidates.begin(), candidates.end(), [](const auto& a, const auto& b) { return better(b, a); });
  double sum = 0;
  std::size_t dropped = 0;
  while (dropped + 1 < candidates.size() && (sum += candidates[dropped].weight) <= (1 - p) * total) ++dropped;
  candidates.erase(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(dropped));
  Ids ids = ids_of(candidates);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

TEST_CASE("top-p keeps the fewest that reach p, the crossing one included") {
  const std::vector<double> p{0.1, 0.4, 0.2, 0.3};
  CHECK(top_p(p, 0.39) == Ids{1});
  CHECK(top_p(p, 0.41) == Ids{1, 3});
  CHECK(top_p(p, 0.69) == Ids{1, 3});
  CHECK(top_p(p, 0.71) == Ids{1, 2, 3});
  CHECK(top_p(p, 0.91) == Ids{0, 1, 2, 3});
}
TEST_CASE("top-p that is reached exactly needs no more") {
  CHECK(top_p({0.5, 0.25, 0.25}, 0.5) == Ids{0});
  CHECK(top_p({0.25, 0.25, 0.25, 0.25}, 0.75) == Ids{0, 1, 2});  // equal ones: lower ids
}
TEST_CASE("top-p = 1 keeps all, top-p = 0 the best") {
  CHECK(top_p({0.1, 0.4, 0.2, 0.3}, 1) == Ids{0, 1, 2, 3});
  CHECK(top_p({0.1, 0.4, 0.2, 0.3}, 0) == Ids{1});
  CHECK(top_p({0.25, 0.25, 0.25, 0.25}, 0) == Ids{0});
  CHECK(top_p({1}, 0) == Ids{0});
}

TEST_CASE("top-p equals the reference's sort") {
  Random random(11);
  for (int trial = 0; trial < 400; ++trial) {
    std::vector<double> p(1 + static_cast<std::size_t>(300 * random.uniform()));
    const double sharpness = 12 * random.uniform();
    for (double& x : p) x = std::exp(sharpness * random.uniform());
    if (trial % 4 == 0)
      for (double& x : p) x = std::ceil(x / 8);  // ties
    const double wanted = random.uniform();
    CAPTURE(trial);
    CHECK(top_p(p, wanted) == top_p_by_sorting(candidates_of(p), wanted));
  }
}
