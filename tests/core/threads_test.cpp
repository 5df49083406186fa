#include <atomic>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/core/threads.hpp>

using namespace qwen3vl;

TEST_CASE("Threads: every index once, whatever the team") {
  for (int count : {1, 2, 5}) {
    Threads threads(count);
    for (std::int64_t n : {0, 1, 2, 7, 1000}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n));
      threads.for_each(n, [&](std::int64_t i) { ++seen[static_cast<std::size_t>(i)]; });
      for (auto& times : seen) CHECK(times == 1);
    }
  }
}

TEST_CASE("Threads: pieces know their thread, and none is larger than the grain") {
  Threads threads(3);
  std::atomic<std::int64_t> sum{0};
  threads.for_ranges(100, 8, [&](std::int64_t begin, std::int64_t end, int thread) {
    CHECK(end - begin <= 8);
    CHECK(thread >= 0);
    CHECK(thread < 3);
    sum += end - begin;
  });
  CHECK(sum == 100);
}

TEST_CASE("Threads: an exception of a task reaches the caller, and the team lives on") {
  Threads threads(2);
  for (int round = 0; round < 50; ++round)
    CHECK_THROWS_AS(threads.for_each(100,
                                     [](std::int64_t i) {
                                       if (i == 37) throw std::runtime_error("task 37");
                                     }),
                    std::runtime_error);
  int calls = 0;
  threads.for_each(1, [&](std::int64_t) { ++calls; });
  CHECK(calls == 1);
}

TEST_CASE("Threads: a call from inside a task runs there") {
  Threads threads(2);
  std::atomic<int> inner{0};
  threads.for_each(8, [&](std::int64_t) { threads.for_each(8, [&](std::int64_t) { ++inner; }); });
  CHECK(inner == 64);
}

TEST_CASE("Threads refuses a team of nobody") {
  CHECK_THROWS_WITH_AS(Threads(0), doctest::Contains("0 threads"), Error);
}
