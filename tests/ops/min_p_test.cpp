#include "candidates.hpp"

#include <doctest/doctest.h>

#include <qwen3vl/ops/sampling/min_p.hpp>

using namespace qwen3vl;

namespace {

Ids min_p(const std::vector<double>& probabilities, double p) {
  auto candidates = candidates_of(probabilities);
  keep_min_p(candidates, p);
  return ids_of(candidates);
}

}  // namespace

TEST_CASE("min-p keeps what is p times as probable as the best") {
  const std::vector<double> p{0.1, 0.4, 0.19, 0.31};
  CHECK(min_p(p, 0.24) == Ids{0, 1, 2, 3});  // 0.096
  CHECK(min_p(p, 0.26) == Ids{1, 2, 3});     // 0.104
  CHECK(min_p(p, 0.50) == Ids{1, 3});        // 0.2
  CHECK(min_p(p, 0.80) == Ids{1});           // 0.32
}
TEST_CASE("min-p = 0 keeps all, min-p = 1 the best and its equals") {
  CHECK(min_p({0.1, 0.4, 0.2, 0.3}, 0) == Ids{0, 1, 2, 3});
  CHECK(min_p({0.1, 0.35, 0.2, 0.35}, 1) == Ids{1, 3});
  CHECK(min_p({1}, 1) == Ids{0});
}
