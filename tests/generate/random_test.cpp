#include <doctest/doctest.h>

#include <qwen3vl/generate/random.hpp>

using namespace qwen3vl;

TEST_CASE("random numbers are those of the standard's engine") {
  // [rand.predef]: the 10000th number of mt19937_64 with its default seed is 9981545732273789042.
  Random random(5489);
  for (int i = 1; i < 10000; ++i) random.uniform();
  CHECK(random.uniform() == static_cast<double>(9981545732273789042u >> 11) / 9007199254740992.0);
}

TEST_CASE("random numbers are in 0 to 1, and spread evenly") {
  Random random(3);
  int tenth[10] = {};
  for (int i = 0; i < 100000; ++i) {
    const double u = random.uniform();
    REQUIRE(u >= 0);
    REQUIRE(u < 1);
    ++tenth[static_cast<int>(10 * u)];
  }
  for (const int count : tenth)
    CHECK(count == doctest::Approx(10000).epsilon(0.04));  // 4 % is 4.2 deviations
}
