#include "candidates.hpp"

#include <limits>

#include <doctest/doctest.h>

#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/ops/sampling/candidates.hpp>

using namespace qwen3vl;

namespace {

std::vector<double> probabilities(std::vector<float> scores, double temperature) {
  std::vector<Candidate> candidates;
  for (const float score : scores)
    candidates.push_back({0, score, static_cast<std::int32_t>(candidates.size())});
  weigh(candidates, *std::max_element(scores.begin(), scores.end()), temperature);
  std::vector<double> p;
  for (const Candidate& candidate : candidates) p.push_back(candidate.weight / total_weight(candidates));
  return p;
}

}  // namespace

TEST_CASE("softmax at a temperature, by hand") {
  // scores ln 1, ln 2, ln 4: at T = 1 in proportion 1 : 2 : 4, at T = 1/2 as 1 : 4 : 16
  const std::vector<float> scores{0, std::log(2.0f), std::log(4.0f)};
  const auto one = probabilities(scores, 1), half = probabilities(scores, 0.5);
  for (int i = 0; i < 3; ++i) {
    CHECK(one[i] == doctest::Approx(std::pow(2, i) / 7).epsilon(1e-6));
    CHECK(half[i] == doctest::Approx(std::pow(4, i) / 21).epsilon(1e-6));
  }
}

TEST_CASE("no score and no temperature overflows the softmax") {
  CHECK(probabilities({3e38f, -3e38f}, 1) == std::vector<double>{1, 0});
  CHECK(probabilities({10, 9, 10}, 1e-300) == std::vector<double>{0.5, 0, 0.5});
  CHECK(probabilities({10, 9}, 1e38) == std::vector<double>{0.5, 0.5});
}

TEST_CASE("draw: each token has its stretch of 0 to 1") {
  const std::vector<Candidate> candidates{
      {1, 0, 10}, {2, 0, 11}, {0, 0, 12}, {1, 0, 13}};  // 1/4, 1/2, 0, 1/4
  CHECK(draw(candidates, 0) == 10);
  CHECK(draw(candidates, 0.2499) == 10);
  CHECK(draw(candidates, 0.25) == 11);
  CHECK(draw(candidates, 0.7499) == 11);
  CHECK(draw(candidates, 0.75) == 13);  // never 12
  CHECK(draw(candidates, 0x1.fffffffffffffp-1) == 13);
  CHECK(draw(std::vector<Candidate>{{1, 0, 5}}, 0.999) == 5);
}

TEST_CASE("the draws follow the softmax") {
  const std::vector<double> p{0.05, 0.4, 0.15, 0.3, 0.1};
  const auto candidates = candidates_of(p);
  Random random(2024);
  constexpr int draws = 200000;
  int count[5] = {};
  for (int i = 0; i < draws; ++i) ++count[draw(candidates, random.uniform())];
  double chi_square = 0;
  for (int i = 0; i < 5; ++i) chi_square += std::pow(count[i] - draws * p[i], 2) / (draws * p[i]);
  CHECK(chi_square < 18.47);  // the 99.9 % point with 4 degrees of freedom
}
