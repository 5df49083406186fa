#pragma once

#include <cmath>

#include <qwen3vl/ops/resize_table.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What resize_table promises on every backend.
template <class Bench> void resize_table_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("the same size is the same table") {
    const auto table = rounded<T>(random({16, 3}, 1));
    auto out = bench.empty({16, 3});
    resize_table(bench.on, bench.copy(table), out);
    CHECK_CLOSE(bench.read(out), table, ulps<T>(1) + Tolerance{1e-6, 0});
  }
  SUBCASE("a table of one number stays so at any size: the weights sum to 1") {
    for (const std::int64_t side : {1, 3, 7}) {
      auto out = bench.empty({side * side, 2});
      resize_table(bench.on, bench.full({4, 2}, 0.75), out);
      CHECK_CLOSE(bench.read(out), Numbers<2>({side * side, 2}, 0.75), ulps<T>(1) + Tolerance{1e-6, 0});
    }
  }
  SUBCASE("the formula, at other sizes, in rows with gaps, of more channels than a block has") {
    const auto weight = [](double t) {
      t = std::abs(t);
      return t <= 1 ? (1.25 * t - 2.25) * t * t + 1 : t < 2 ? ((-0.75 * t + 3.75) * t - 6) * t + 3 : 0;
    };
    for (const int to : {3, 8, 13}) {
      const int from = 5, channels = to == 3 ? 1030 : 9;
      const auto table = rounded<T>(random({from * from, channels}, 2));
      auto out = bench.empty({to * to, channels});
      resize_table(bench.on, bench.copy_with_gaps(table), out);
      Numbers<2> expected({to * to, channels}, 0);
      for (int r = 0; r < to; ++r)
        for (int k = 0; k < to; ++k) {
          const double y = (r + 0.5) * from / to - 0.5, x = (k + 0.5) * from / to - 0.5;
          for (int i = -1; i <= 2; ++i)
            for (int j = -1; j <= 2; ++j) {
              const int row = std::clamp(int(std::floor(y)) + i, 0, from - 1),
                        column = std::clamp(int(std::floor(x)) + j, 0, from - 1);
              for (int c = 0; c < channels; ++c)
                expected(r * to + k, c) += weight(y - std::floor(y) - i) * weight(x - std::floor(x) - j) *
                                           table(row * from + column, c);
            }
        }
      CHECK_CLOSE(bench.read(out), expected, ulps<T>(1) + Tolerance{1e-5, 0});
    }
  }
  SUBCASE("refuses what does not fit") {
    const auto table = bench.full({16, 3}, 1);
    CHECK_REFUSES(resize_table(bench.on, table, bench.empty({15, 3})), "not square");
    CHECK_REFUSES(resize_table(bench.on, table, bench.empty({16, 2})), "out is [16, 2], should be [16, 3]");
  }
}

}  // namespace qwen3vl::test
