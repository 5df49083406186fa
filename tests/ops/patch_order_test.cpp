#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/ops/patch_order.hpp>
#include <qwen3vl/ops/patch_positions.hpp>
#include <qwen3vl/ops/position_embedding.hpp>

using namespace qwen3vl;

TEST_CASE("merge-block order of a 4 × 6 grid") {
  const std::pair<int, int> expected[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3},
                                          {0, 4}, {0, 5}, {1, 4}, {1, 5}, {2, 0}, {2, 1}, {3, 0}, {3, 1},
                                          {2, 2}, {2, 3}, {3, 2}, {3, 3}, {2, 4}, {2, 5}, {3, 4}, {3, 5}};
  for (int n = 0; n < 24; ++n) {
    const Position at = patch_position({1, 4, 6}, 2, n);
    CHECK(at == Position{0, expected[n].first, expected[n].second});
    const Position second_frame = patch_position({2, 4, 6}, 2, 24 + n);
    CHECK(second_frame == Position{1, at.h, at.w});
  }
}

TEST_CASE("merge-block order visits every patch once") {
  for (const Grid grid : {Grid{1, 2, 2}, Grid{3, 6, 4}, Grid{2, 3, 9}}) {
    const int merge = grid.h % 2 == 0 ? 2 : 3;
    std::vector<int> seen(static_cast<std::size_t>(grid.patches()));
    for (std::int64_t n = 0; n < grid.patches(); ++n) {
      const Position at = patch_position(grid, merge, n);
      ++seen[static_cast<std::size_t>((at.t * grid.h + at.h) * grid.w + at.w)];
    }
    for (const int times : seen) CHECK(times == 1);
  }
}

TEST_CASE("merge 1 is raster order") {
  for (int n = 0; n < 12; ++n) CHECK(patch_position({1, 3, 4}, 1, n) == Position{0, n / 4, n % 4});
}

TEST_CASE("one segment a frame: grids (1, 4, 6) and (3, 4, 4) end at 24, 40, 56, 72") {
  CHECK(frame_segment({1, 4, 6}, 0, 0).queries == 24);
  int end = 24;
  for (int frame = 0; frame < 3; ++frame, end += 16) {
    const Segment segment = frame_segment({3, 4, 4}, 24, frame);
    CHECK(segment.query_begin == end);
    CHECK(segment.key_begin == end);
    CHECK(segment.queries == 16);
    CHECK(segment.keys == 16);
  }
}

TEST_CASE("table taps of 4 × 6 patches on 48 × 48 entries") {
  struct Expected {
    int low, high;
    double fraction;
  };
  const Expected rows[] = {{0, 1, 0}, {15, 16, 0.666667}, {31, 32, 0.333333}, {47, 47, 0}};
  const Expected columns[] = {{0, 1, 0},     {9, 10, 0.4},  {18, 19, 0.8},
                              {28, 29, 0.2}, {37, 38, 0.6}, {47, 47, 0}};
  const auto check = [](TableTap got, Expected expected) {
    CHECK(got.low == expected.low);
    CHECK(got.high == expected.high);
    CHECK(std::abs(got.fraction - expected.fraction) <= 4e-6);  // six decimals; float has 47 · 2⁻²³
  };
  for (int i = 0; i < 4; ++i) check(table_tap(i, 4, 48), rows[i]);
  for (int i = 0; i < 6; ++i) check(table_tap(i, 6, 48), columns[i]);

  // patch 3 is (1, 1)
  const TableTap row = table_tap(1, 4, 48), column = table_tap(1, 6, 48);
  CHECK(row.low * 48 + column.low == 729);
  CHECK(row.low * 48 + column.high == 730);
  CHECK(row.high * 48 + column.low == 777);
  CHECK(row.high * 48 + column.high == 778);
}

TEST_CASE("table taps: the corners meet, one patch takes the first entry, a tap never leaves the table") {
  for (int side : {1, 2, 7, 48})
    for (int n : {1, 2, 5, 48, 49, 1000}) {
      CHECK(table_tap(0, n, side).low == 0);
      CHECK(table_tap(0, n, side).fraction == 0);
      if (n > 1) CHECK(table_tap(n - 1, n, side).low == side - 1);
      for (int i = 0; i < n; ++i) {
        const TableTap tap = table_tap(i, n, side);
        CHECK(tap.low >= 0);
        CHECK(tap.high < side);
        CHECK(tap.fraction >= 0);
        CHECK(tap.fraction < 1);
      }
    }
}
