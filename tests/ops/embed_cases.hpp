#pragma once

#include <qwen3vl/ops/embed.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What embed promises on every backend.
template <class Bench> void embed_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("looks rows up, each as often as asked") {
    const auto table = rounded<T>(random({5, 33}, 1));
    const std::vector<int> ids{4, 0, 0, 2, 4, 3};
    auto wide = bench.empty({6, 40});
    embed(bench.on, bench.copy_with_gaps(table), bench.list(ids), columns(wide, 2, 33));
    const auto got = bench.read(columns(wide, 2, 33));
    for (std::int64_t t = 0; t < 6; ++t)
      CHECK_SAME(got.rows(t, 1), table.rows(ids[static_cast<std::size_t>(t)], 1));
    CHECK(untouched_outside(bench.read(wide), 2, 33));
  }
  SUBCASE("no ids, and more than any piece") {
    embed(bench.on, bench.full({5, 3}, 1), bench.list(std::vector<int>{}), bench.empty({0, 3}));
    auto out = bench.empty({97, 3});
    embed(bench.on, bench.full({5, 3}, 2), bench.list(std::vector<int>(97, 1)), out);
    CHECK_SAME(bench.read(out), Numbers<2>({97, 3}, 2));
  }
  SUBCASE("ids outside the table become zeros") {
    auto out = bench.empty({4, 3});
    const int most = std::numeric_limits<int>::max(), least = std::numeric_limits<int>::min();
    embed(bench.on, bench.full({5, 3}, 2), bench.list(std::vector<int>{5, -1, most, least}), out);
    CHECK_SAME(bench.read(out), Numbers<2>({4, 3}, 0));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto table = bench.full({5, 3}, 1);
    const auto ids = bench.list(std::vector<int>{1, 2});
    CHECK_REFUSES(embed(bench.on, table, ids, bench.empty({2, 4})), "out is [2, 4], should be [2, 3]");
    auto gaps = bench.empty({2, 3});
    gaps.stride[1] = 2;
    CHECK_REFUSES(embed(bench.on, table, ids, gaps), "out has gaps");
  }
}

}  // namespace qwen3vl::test
