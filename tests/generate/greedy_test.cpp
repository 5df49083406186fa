#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/generate/random.hpp>

using namespace qwen3vl;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
}  // namespace

TEST_CASE("argmax is the largest, the lowest index on ties") {
  CHECK(argmax(std::vector<float>{1, 3, 2}) == 1);
  CHECK(argmax(std::vector<float>{-5, -3, -3, -9}) == 1);
  CHECK(argmax(std::vector<float>{-0.0f, 0.0f}) == 0);
  CHECK(argmax(std::vector<float>{7}) == 0);
  CHECK(argmax(std::vector<float>{-infinity, -infinity, -1e38f}) == 2);
}

TEST_CASE("argmax agrees with a plain loop at every length and place") {
  Random random(1);
  for (std::size_t length = 1; length < 70; ++length)
    for (int trial = 0; trial < 20; ++trial) {
      std::vector<float> scores(length);
      for (float& score : scores)
        score = std::floor(static_cast<float>(8 * random.uniform())) - 4;  // many ties
      std::size_t best = 0;
      for (std::size_t i = 1; i < length; ++i)
        if (scores[i] > scores[best]) best = i;
      CHECK(argmax(scores) == static_cast<std::int32_t>(best));
    }
}

TEST_CASE("argmax refuses what is no score, and names the token") {
  for (const std::size_t length : {1u, 5u, 16u, 40u})
    for (std::size_t i = 0; i < length; ++i) {
      std::vector<float> scores(length, 1.0f);
      const std::string token = "token " + std::to_string(i) + " is ";
      scores[i] = not_a_number;
      CHECK_THROWS_WITH_AS(argmax(scores), doctest::Contains((token + "not a number").c_str()), Error);
      scores[i] = infinity;
      CHECK_THROWS_WITH_AS(argmax(scores), doctest::Contains((token + "infinite").c_str()), Error);
    }
  CHECK_THROWS_WITH_AS(argmax(std::vector<float>(40, -infinity)), doctest::Contains("no token is possible"),
                       Error);
  CHECK_THROWS_WITH_AS(argmax({}), doctest::Contains("there are no logits"), Error);
}
