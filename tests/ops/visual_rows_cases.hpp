#pragma once

#include <qwen3vl/ops/visual_rows.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What replace_rows and add_rows promise on every backend.
template <class Bench> void visual_rows_cases(Bench& bench) {
  using T = typename Bench::Element;
  const auto x = rounded<T>(random({6, 5}, 1)), features = rounded<T>(random({3, 5}, 2));
  const std::vector<int> visual{-1, 0, 1, -1, 2, -1};

  SUBCASE("replace_rows: image tokens get their features, text stays") {
    auto replaced = bench.copy_with_gaps(x);
    replace_rows(bench.on, bench.copy_with_gaps(features), bench.list(visual), replaced);
    const auto got = bench.read(replaced);
    for (std::int64_t t = 0; t < 6; ++t) {
      const int row = visual[static_cast<std::size_t>(t)];
      CHECK_SAME(got.rows(t, 1), row < 0 ? x.rows(t, 1) : features.rows(row, 1));
    }
  }
  SUBCASE("add_rows: image tokens get a sum, rounded once, text stays") {
    auto sum = bench.copy_with_gaps(x);
    add_rows(bench.on, bench.copy_with_gaps(features), bench.list(visual), sum);
    auto expected = x;
    for (std::int64_t t = 0; t < 6; ++t)
      for (std::int64_t c = 0; c < 5; ++c)
        if (const int row = visual[static_cast<std::size_t>(t)]; row >= 0)
          expected(t, c) = round_to<T>(x(t, c) + features(row, c));
    CHECK_SAME(bench.read(sum), expected);
  }
  SUBCASE("the index is absolute: a prompt in chunks takes the rows that the whole takes") {
    auto whole = bench.copy(x), pieces = bench.copy(x);
    auto rows = bench.copy(features);
    replace_rows(bench.on, rows, bench.list(visual), whole);
    for (int begin = 0; begin < 6; begin += 4) {
      const int n = std::min(4, 6 - begin);
      replace_rows(bench.on, rows,
                   bench.list(std::vector<int>(visual.begin() + begin, visual.begin() + begin + n)),
                   pieces.rows(begin, n));
    }
    CHECK_SAME(bench.read(pieces), bench.read(whole));
  }
  SUBCASE("an index outside the features changes nothing") {
    auto still = bench.copy(x);
    const auto outside = bench.list(std::vector<int>{3, -1, -2, 1000000, 3, 3});
    replace_rows(bench.on, bench.copy(features), outside, still);
    add_rows(bench.on, bench.copy(features), outside, still);
    replace_rows(bench.on, bench.empty({0, 5}), bench.list(visual), still);
    CHECK_SAME(bench.read(still), x);
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto tokens = bench.copy(x);
    const auto which = bench.list(visual), too_few = bench.list(std::vector<int>{1});
    CHECK_REFUSES(replace_rows(bench.on, bench.full({3, 4}, 1), which, tokens),
                  "features is [3, 4], should be [3, 5]");
    CHECK_REFUSES(replace_rows(bench.on, bench.copy(features), too_few, tokens),
                  "visual is [1], should be [6]");
    CHECK_REFUSES(add_rows(bench.on, bench.full({3, 4}, 1), which, tokens),
                  "features is [3, 4], should be [3, 5]");
    CHECK_REFUSES(add_rows(bench.on, bench.copy(features), too_few, tokens), "visual is [1], should be [6]");
    auto gaps = tokens;
    gaps.stride[1] = 2;
    CHECK_REFUSES(replace_rows(bench.on, bench.copy(features), which, gaps), "x has gaps");
    CHECK_REFUSES(add_rows(bench.on, bench.copy(features), which, gaps), "x has gaps");
  }
}

}  // namespace qwen3vl::test
