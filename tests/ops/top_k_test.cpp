#include "candidates.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include <doctest/doctest.h>

#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/ops/sampling/top_k.hpp>

using namespace qwen3vl;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

Ids top_k(const std::vector<float>& scores, int k) {
  std::vector<float> scratch;
  std::vector<Candidate> candidates;
  take_top_k(scores, k, scratch, candidates);
  return ids_of(candidates);
}

}  // namespace

TEST_CASE("top-k keeps the k best, in order of id") {
  const std::vector<float> scores{1, 5, 3, 4, 2};
  CHECK(top_k(scores, 1) == Ids{1});
  CHECK(top_k(scores, 3) == Ids{1, 2, 3});
  CHECK(top_k(scores, 5) == Ids{0, 1, 2, 3, 4});
  CHECK(top_k(scores, 99) == Ids{0, 1, 2, 3, 4});
}
TEST_CASE("top-k = 0 keeps all") { CHECK(top_k({1, 5, 3}, 0) == Ids{0, 1, 2}); }
TEST_CASE("top-k keeps all that tie with the k-th") {
  CHECK(top_k({2, 1, 3, 2, 2}, 2) == Ids{0, 2, 3, 4});
  CHECK(top_k({2, 2, 2}, 1) == Ids{0, 1, 2});
}
TEST_CASE("an impossible token is never kept") {
  CHECK(top_k({-infinity, 1, -infinity}, 0) == Ids{1});
  CHECK(top_k({-infinity, 1, -infinity}, 2) == Ids{1});
}
TEST_CASE("top-k of one token") {
  CHECK(top_k({-3}, 0) == Ids{0});
  CHECK(top_k({-3}, 1) == Ids{0});
  CHECK(top_k({-3}, 20) == Ids{0});
}

TEST_CASE("the k-th largest is that of a full sort, for any k, size and order") {
  Random random(7);
  std::vector<float> scratch;
  for (const std::size_t size : {1u, 2u, 15u, 16u, 17u, 1000u, 5000u, 30000u})
    for (const int kind : {0, 1, 2, 3}) {
      std::vector<float> scores(size);
      for (float& score : scores)
        score = static_cast<float>(kind == 3 ? int(4 * random.uniform()) : random.uniform());
      if (kind == 1) std::sort(scores.begin(), scores.end());
      if (kind == 2) std::sort(scores.begin(), scores.end(), std::greater<>());
      auto sorted = scores;
      std::sort(sorted.begin(), sorted.end(), std::greater<>());
      for (const std::size_t k : {std::size_t{1}, std::size_t{20}, size / 2, size - 1, size})
        if (k >= 1 && k <= size) CHECK(kth_largest(scores, k, scratch) == sorted[k - 1]);
    }
}
