#include <qwen3vl/media/timestamps.hpp>

#include <clocale>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace qwen3vl;

TEST_CASE("timestamp_text rounds the exact double, half to even") {
  CHECK(timestamp_text(0) == "<0.0 seconds>");
  CHECK(timestamp_text(0.25) == "<0.2 seconds>");  // exactly half: to even
  CHECK(timestamp_text(0.35) == "<0.3 seconds>");  // the double lies below
  CHECK(timestamp_text(0.45) == "<0.5 seconds>");  // the double lies above
  CHECK(timestamp_text(0.05) == "<0.1 seconds>");
  CHECK(timestamp_text(0.15) == "<0.1 seconds>");
  CHECK(timestamp_text(1.25) == "<1.2 seconds>");
  CHECK(timestamp_text(10.75) == "<10.8 seconds>");
  CHECK(timestamp_text(3599.96) == "<3600.0 seconds>");  // never minutes
  CHECK(timestamp_text(std::numeric_limits<double>::max()).size() == 309 + 2 + 10);
  CHECK_THROWS_AS(timestamp_text(NAN), Error);
  CHECK_THROWS_AS(timestamp_text(INFINITY), Error);
}

TEST_CASE("timestamp_text does not know the locale") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* comma : {"de_DE.UTF-8", "fr_FR.UTF-8"}) {  // where installed
    std::setlocale(LC_ALL, comma);
    CHECK(timestamp_text(1.5) == "<1.5 seconds>");
  }
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("a group's time is the mean of its first and last frame") {
  const std::vector<std::int64_t> indices{0, 17, 33, 50, 66, 83, 99, 116, 132, 149};
  const auto groups = group_seconds(frame_seconds(indices, 30));
  REQUIRE(groups.size() == 5);
  for (std::size_t j = 0; j < 5; ++j)
    CHECK(groups[j] ==
          doctest::Approx(std::vector{0.283333, 1.383333, 2.483333, 3.583333, 4.683333}[j]).epsilon(1e-5));
  std::string text;
  for (const double at : groups) text += timestamp_text(at);
  CHECK(text == "<0.3 seconds><1.4 seconds><2.5 seconds><3.6 seconds><4.7 seconds>");
}

TEST_CASE("an odd count repeats the last frame") {
  const std::vector<std::int64_t> indices{0, 15, 30, 44, 59, 74, 89};
  std::string text;
  for (const double at : group_seconds(frame_seconds(indices, 24))) text += timestamp_text(at);
  CHECK(text == "<0.3 seconds><1.5 seconds><2.8 seconds><3.7 seconds>");
  CHECK(group_seconds(std::vector{5.0}) == std::vector{5.0});
  CHECK(group_seconds({}).empty());
  CHECK(group_seconds(std::vector{1.0, 2.0, 6.0, 7.0}, 4) == std::vector{4.0});
  CHECK_THROWS_AS(group_seconds(std::vector{1.0}, 0), Error);
}
