#pragma once

#include <qwen3vl/ops/take_rows.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What take_rows promises on every backend.
template <class Bench> void take_rows_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("picks rows, in the order asked") {
    const auto x = rounded<T>(random({5, 33}, 1));
    auto wide = bench.empty({3, 40});
    take_rows(bench.on, bench.copy_with_gaps(x), bench.list(std::vector<int>{4, 0, 4}), columns(wide, 2, 33));
    const auto got = bench.read(columns(wide, 2, 33));
    CHECK_SAME(got.rows(0, 1), x.rows(4, 1));
    CHECK_SAME(got.rows(1, 1), x.rows(0, 1));
    CHECK_SAME(got.rows(2, 1), x.rows(4, 1));
    CHECK(untouched_outside(bench.read(wide), 2, 33));
  }
  SUBCASE("no rows") {
    take_rows(bench.on, bench.full({5, 3}, 1), bench.list(std::vector<int>{}), bench.empty({0, 3}));
  }
  SUBCASE("rows that are not there become zeros") {
    auto out = bench.empty({2, 3});
    take_rows(bench.on, bench.full({5, 3}, 2), bench.list(std::vector<int>{5, -1}), out);
    CHECK_SAME(bench.read(out), Numbers<2>({2, 3}, 0));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({5, 3}, 1);
    const auto rows = bench.list(std::vector<int>{1, 2});
    CHECK_REFUSES(take_rows(bench.on, x, rows, bench.empty({1, 3})), "out is [1, 3], should be [2, 3]");
    auto gaps = x;
    gaps.stride[1] = 2;
    CHECK_REFUSES(take_rows(bench.on, gaps, rows, bench.empty({2, 3})), "x has gaps");
  }
}

}  // namespace qwen3vl::test
