#pragma once

#include <algorithm>
#include <vector>

#include <qwen3vl/ops/window_order.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// The windows of a grid, merge 2, back on the host.
struct Cut {
  std::vector<int> cell, place, border;  // border: where windows begin, and the end, in patches

  template <class Bench> Cut(Bench& bench, Grid grid, int side, int first_cell = 0) {
    using Space = typename Bench::Space;
    const auto cells = bench.list(std::vector<int>(std::size_t(grid.tokens(2)), -1)),
               places = bench.list(std::vector<int>(std::size_t(grid.tokens(2)), -1));
    const auto segments = bench.list(std::vector<Segment>(std::size_t(windows(grid, 2, side))));
    window_order(bench.on, grid, 2, side, first_cell,
                 View<int, 1, Space>(const_cast<int*>(cells.data), {cells.size()}),
                 View<int, 1, Space>(const_cast<int*>(places.data), {places.size()}));
    window_segments(bench.on, grid, 2, side, first_cell * 4,
                    View<Segment, 1, Space>(const_cast<Segment*>(segments.data), {segments.size()}));
    cell = read(bench, cells), place = read(bench, places);
    border.push_back(first_cell * 4);
    for (const Segment& s : read(bench, segments)) {
      CHECK((s.query_begin == border.back() && s.key_begin == s.query_begin && s.keys == s.queries &&
             s.padding == 0));
      border.push_back(s.query_begin + s.queries);
    }
  }

 private:
  template <class Bench, class U>
  static std::vector<U> read(Bench& bench, View<const U, 1, typename Bench::Space> list) {
    return bench.read_list(View<U, 1, typename Bench::Space>(const_cast<U*>(list.data), {list.size()}));
  }
};

/// What window_order and window_segments promise on every backend.
template <class Bench> void window_order_cases(Bench& bench) {
  SUBCASE("the reference's examples") {
    const Cut one(bench, {1, 12, 10}, 4);
    CHECK(one.cell == std::vector<int>{0,  1, 2, 3,  5,  6,  7,  8,  10, 11, 12, 13, 15, 16, 17,
                                       18, 4, 9, 14, 19, 20, 21, 22, 23, 25, 26, 27, 28, 24, 29});
    CHECK(one.border == std::vector<int>{0, 64, 80, 112, 120});
    CHECK(one.place == std::vector<int>{0,  1,  2,  3,  16, 4,  5,  6,  7,  17, 8,  9,  10, 11, 18,
                                        12, 13, 14, 15, 19, 20, 21, 22, 23, 28, 24, 25, 26, 27, 29});
    const Cut two(bench, {2, 8, 12}, 4);
    const std::vector<int> frame{0,  1,  2,  3,  6, 7, 8,  9,  12, 13, 14, 15,
                                 18, 19, 20, 21, 4, 5, 10, 11, 16, 17, 22, 23};
    CHECK(std::equal(frame.begin(), frame.end(), two.cell.begin()));
    for (std::size_t i = 0; i < frame.size(); ++i) CHECK(two.cell[24 + i] == frame[i] + 24);
    CHECK(two.border == std::vector<int>{0, 64, 96, 160, 192});
  }
  SUBCASE("whatever the sizes, each cell once, with its neighbours, and back again") {
    for (const int h : {2, 4, 8, 10, 18})
      for (const int w : {2, 6, 8, 22})
        for (const int side : {1, 2, 4, 7}) {
          const Grid grid{3, h, w};
          const int first = 5;
          const Cut cut(bench, grid, side, first);
          for (std::size_t n = 0; n < cut.cell.size(); ++n)
            CHECK(cut.place[std::size_t(cut.cell[n] - first)] == int(n) + first);
          CHECK(cut.border.back() == (first + int(cut.cell.size())) * 4);
          for (std::size_t k = 0; k + 1 < cut.border.size();
               ++k) {  // one window: its cells are neighbours of one frame
            const auto window = [&](int c) {
              const int in_frame = (c - first) % (h / 2 * w / 2);
              return std::vector<int>{(c - first) / (h / 2 * w / 2), in_frame / (w / 2) / side,
                                      in_frame % (w / 2) / side};
            };
            const int begin = cut.border[k] / 4 - first, end = cut.border[k + 1] / 4 - first;
            for (int n = begin; n < end; ++n)
              CHECK(window(cut.cell[std::size_t(n)]) == window(cut.cell[std::size_t(begin)]));
          }
        }
  }
  SUBCASE("refuses what does not fit") {
    const auto list = bench.list(std::vector<int>(4));
    const View<int, 1, typename Bench::Space> four(const_cast<int*>(list.data), {4});
    CHECK_REFUSES(window_order(bench.on, {1, 4, 6}, 2, 4, 0, four, four), "cell is [4], should be [6]");
    CHECK_REFUSES(window_order(bench.on, {1, 4, 4}, 2, 0, 0, four, four), "a window has no cells");
    CHECK_REFUSES(window_order(bench.on, {1, 3, 4}, 2, 4, 0, four, four),
                  "no multiple of spatial_merge_size");
  }
}

}  // namespace qwen3vl::test
