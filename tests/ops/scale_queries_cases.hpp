#pragma once

#include <cmath>
#include <vector>

#include <qwen3vl/ops/scale_queries.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What scale_queries promises on every backend.
template <class Bench> void scale_queries_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("log-n from the sequence's place, cached keys included, pads not; what is no segment's stays") {
    const std::vector<Segment> segments{{0, 3, 0, 40}, {3, 2, 40, 10}, {5, 4, 50, 34, 16}};
    const auto x = rounded<T>(random({10, 2, 9}, 1));
    auto q = bench.copy_with_gaps(x);
    scale_queries(bench.on, LogNScale{16}, bench.list(segments), q);
    Numbers<3> expected = x;
    for (const Segment& s : segments)
      for (int i = 0; i < s.queries; ++i) {
        const int n = s.keys - s.queries + i + 1 - s.padding;
        for (int h = 0; h < 2; ++h)
          for (int c = 0; c < 9; ++c)
            if (n > 16) expected(s.query_begin + i, h, c) *= std::log(double(n)) / std::log(16.0);
      }
    CHECK_CLOSE(bench.read(q), rounded<T>(expected), ulps<T>(1) + Tolerance{0, 1e-6});
  }
  SUBCASE("nothing to do") {
    auto q = bench.full({2, 1, 4}, 1);
    scale_queries(bench.on, LogNScale{16}, bench.list(std::vector<Segment>{}), q);
    scale_queries(bench.on, LogNScale{16}, bench.list(std::vector<Segment>{{0, 0, 0, 100}}), q);
    CHECK_SAME(bench.read(q), Numbers<3>({2, 1, 4}, 1));
  }
  SUBCASE("refuses a segment beyond the queries") {
    auto q = bench.full({5, 2, 4}, 1);
    CHECK_REFUSES(scale_queries(bench.on, LogNScale{16}, bench.list(std::vector<Segment>{{4, 2, 0, 2}}), q),
                  "a segment reaches beyond the queries");
  }
}

}  // namespace qwen3vl::test
