#pragma once

#include <limits>
#include <vector>

#include <qwen3vl/ops/argmax.hpp>
#include <qwen3vl/ops/sampling/argmax.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What argmax promises on every backend. Scores are floats.
template <class Bench> void argmax_cases(Bench& bench) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto of = [&](const auto& scores) {
    const auto list = bench.list(std::vector<int>(static_cast<std::size_t>(scores.shape[0]), -7));
    const View<int, 1, typename Bench::Space> ids(const_cast<int*>(list.data), {scores.shape[0]});
    argmax(bench.on, scores, ids);
    return bench.read_list(ids);
  };
  using List = std::vector<int>;

  SUBCASE("the largest of each row, whatever the size") {
    for (const std::int64_t vocab : {1, 2, 31, 33, 255, 256, 257, 1023, 1025, 5000, 151936}) {
      CAPTURE(vocab);
      const auto scores = random({3, vocab}, 1, 9);
      List expected;
      for (std::int64_t r = 0; r < 3; ++r) {
        std::int64_t best = 0;
        for (std::int64_t i = 1; i < vocab; ++i)
          if (float(scores(r, i)) > float(scores(r, best))) best = i;
        expected.push_back(static_cast<int>(best));
      }
      CHECK(of(bench.copy(scores)) == expected);
      CHECK(of(bench.copy_with_gaps(scores)) == expected);
    }
  }
  SUBCASE("the lowest id on ties") {
    CHECK(of(bench.copy(Numbers<2>({2, 4}, {1, 3, 3, 0, -5, -7, -5, -5}))) == List{1, 0});
    CHECK(of(bench.full({1, 151936}, 0.25)) == List{0});
    Numbers<2> scores({2, 4099}, -2);
    scores(0, 700) = scores(0, 701) = scores(0, 4098) = 1;
    scores(1, 4097) = scores(1, 4098) = -1;
    CHECK(of(bench.copy(scores)) == List{700, 4097});
  }
  SUBCASE("0 and -0 are one number, and below 0 is below it") {
    CHECK(of(bench.copy(Numbers<2>({2, 3}, {-1e-30, -0.0, 0.0, -1e-45, -1e-30, -0.0}))) == List{1, 2});
  }
  SUBCASE("some or all but one impossible, some very large") {
    CHECK(of(bench.copy(Numbers<2>({3, 3}, {-infinity, -3e38, -infinity, 3e38, 3.1e38, 0, -infinity, 0,
                                            1e-40}))) == List{1, 1, 2});
  }
  SUBCASE("what is no number, infinite or impossible altogether has no answer") {
    CHECK(of(bench.copy(Numbers<2>({5, 3}, {0, not_a_number, 1, infinity, 0, 1, -infinity, -infinity,
                                            -infinity, 1, 2, 3, 5, infinity, not_a_number}))) ==
          List{-1, -1, -1, 2, -1});
    Numbers<2> scores({1, 2049}, 1);
    scores(0, 2048) = -not_a_number;
    CHECK(of(bench.copy(scores)) == List{-1});
  }
  SUBCASE("no rows") { CHECK(of(bench.empty({0, 3})).empty()); }
  SUBCASE("refuses what does not fit, and says so") {
    const auto ids = bench.list(List{0});
    const View<int, 1, typename Bench::Space> out(const_cast<int*>(ids.data), {1});
    CHECK_REFUSES(argmax(bench.on, bench.full({2, 3}, 1), out), "ids is [1], should be [2]");
    CHECK_REFUSES(argmax(bench.on, bench.full({1, 0}, 1), out), "a row is empty");
  }
}

}  // namespace qwen3vl::test
