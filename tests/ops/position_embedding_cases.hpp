#pragma once

#include <qwen3vl/ops/position_embedding.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What add_position_embedding promises on every backend.
template <class Bench> void position_embedding_cases(Bench& bench) {
  using T = typename Bench::Element;
  const auto added = [&](const Numbers<2>& table, Grid grid, int merge) {
    auto x = bench.full({grid.patches(), table.shape[1]}, 0);
    add_position_embedding(bench.on, bench.copy(table), grid, merge, x);
    return bench.read(x);
  };

  SUBCASE("agrees with the tent function over the whole table") {
    const auto check = [&](int side, Grid grid, int merge) {
      CAPTURE(side);
      CAPTURE(grid.h);
      CAPTURE(grid.w);
      const auto table = rounded<T>(random({side * side, 17}, 1));
      // four products of float weights, each an ulp or two off; then one rounding
      CHECK_CLOSE(added(table, grid, merge), reference::position_embedding(table, grid, merge),
                  ulps<T>(0.5) + Tolerance{4e-6, 0});
    };
    check(48, {1, 4, 6}, 2);
    check(48, {3, 2, 2}, 2);
    check(48, {1, 48, 48}, 2);
    check(48, {1, 50, 2}, 2);
    check(7, {2, 10, 14}, 2);
    check(7, {1, 9, 3}, 3);
    check(5, {1, 1, 4}, 1);
    check(1, {1, 4, 4}, 2);
  }
  SUBCASE("a table as large as the image is added as it is, in merge-block order") {
    const auto table = rounded<T>(random({16, 3}, 2));
    const auto got = added(table, {1, 4, 4}, 2);
    const std::vector<Position> order = reference::patch_positions({1, 4, 4}, 2);
    for (std::int64_t n = 0; n < 16; ++n) {
      const Position at = order[static_cast<std::size_t>(n)];
      CHECK_SAME(got.rows(n, 1), table.rows(at.h * 4 + at.w, 1));
    }
  }
  SUBCASE("every frame alike; a constant table adds that constant") {
    const auto table = random({25, 9}, 3);
    const auto got = added(table, {3, 4, 2}, 2);
    CHECK_SAME(got.rows(8, 8), got.rows(0, 8));
    CHECK_SAME(got.rows(16, 8), got.rows(0, 8));
    CHECK_CLOSE(added(Numbers<2>({25, 9}, 0.5), {1, 4, 6}, 2), Numbers<2>({24, 9}, 0.5),
                (Tolerance{1e-7, 0}));
  }
  SUBCASE("is added, not written: the sum is rounded, and so is what is added") {
    const auto table = rounded<T>(random({25, 9}, 4)), x = rounded<T>(random({8, 9}, 5));
    auto sum = bench.copy_with_gaps(x);
    add_position_embedding(bench.on, bench.copy_with_gaps(table), {1, 4, 2}, 2, sum);
    CHECK_CLOSE(bench.read(sum), rounded<T>(reference::add(x, added(table, {1, 4, 2}, 2))), ulps<T>(0.5));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({8, 3}, 1);
    const auto attempt = [&](std::int64_t rows, std::int64_t channels, Grid grid, int merge) {
      add_position_embedding(bench.on, bench.full({rows, channels}, 1), grid, merge, x);
    };
    CHECK_REFUSES(attempt(24, 3, {1, 4, 2}, 2), "the table is not square");
    CHECK_REFUSES(attempt(0, 3, {1, 4, 2}, 2), "the table is empty");
    CHECK_REFUSES(attempt(25, 4, {1, 4, 2}, 2), "x is [8, 3], should be [8, 4]");
    CHECK_REFUSES(attempt(25, 3, {1, 4, 4}, 2), "x is [8, 3], should be [16, 3]");
    CHECK_REFUSES(attempt(25, 3, {1, 8, 1}, 2), "no multiple of spatial_merge_size");
    CHECK_REFUSES(attempt(25, 3, {1, 4, 2}, 0), "no multiple of spatial_merge_size");
    CHECK_REFUSES(attempt(25, 3, {1, -4, -2}, 2), "below 0");
  }
}

}  // namespace qwen3vl::test
