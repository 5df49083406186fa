#pragma once

#include <qwen3vl/ops/append.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What append promises on every backend.
template <class Bench> void append_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("puts every token behind what its segment has, and touches nothing else") {
    // two sequences of capacity 5: the first holds 2 and gets 2, the second holds none and gets 1
    const auto x = rounded<T>(random({3, 2, 4}, 1));
    auto cache = bench.empty({10, 2, 4});
    append(bench.on, bench.list(std::vector<Segment>{{0, 2, 0, 4, 0}, {2, 1, 5, 1, 0}}), bench.copy(x),
           cache);
    Numbers<3> expected({10, 2, 4}, not_a_number);
    const std::int64_t row_of[] = {2, 3, 5};
    for (std::int64_t t = 0; t < 3; ++t)
      for (std::int64_t h = 0; h < 2; ++h)
        for (std::int64_t c = 0; c < 4; ++c) expected(row_of[t], h, c) = x(t, h, c);
    CHECK_SAME(bench.read(cache), expected);
  }
  SUBCASE("into a cache that keeps its heads apart") {
    const auto x = rounded<T>(random({2, 3, 4}, 2));
    auto heads_first = bench.empty({3, 6, 4});  // [kv_heads, rows, head_dim]
    View<T, 3, typename Bench::Space> cache = heads_first;
    cache.shape[0] = 6, cache.shape[1] = 3;
    cache.stride[0] = 4, cache.stride[1] = 24;
    append(bench.on, bench.list(std::vector<Segment>{{0, 2, 0, 6, 0}}), bench.copy_with_gaps(x), cache);
    CHECK_SAME(bench.read(cache).rows(4, 2), x);
    CHECK(std::isnan(bench.read(cache)(3, 2, 3)));
  }
  SUBCASE("a prompt token by token leaves what the whole leaves") {
    const auto x = rounded<T>(random({7, 1, 4}, 3));
    auto whole = bench.empty({7, 1, 4}), pieces = bench.empty({7, 1, 4});
    append(bench.on, bench.list(std::vector<Segment>{{0, 7, 0, 7, 0}}), bench.copy(x), whole);
    for (int t = 0; t < 7; ++t)
      append(bench.on, bench.list(std::vector<Segment>{{0, 1, 0, t + 1, 0}}), bench.copy(x.rows(t, 1)),
             pieces);
    CHECK_SAME(bench.read(whole), x);
    CHECK_SAME(bench.read(pieces), x);
  }
  SUBCASE("nothing to append") {
    auto cache = bench.full({2, 1, 4}, 1);
    append(bench.on, bench.list(std::vector<Segment>{}), bench.empty({0, 1, 4}), cache);
    append(bench.on, bench.list(std::vector<Segment>{{0, 0, 0, 1, 0}}), bench.empty({0, 1, 4}), cache);
    CHECK_SAME(bench.read(cache), Numbers<3>({2, 1, 4}, 1));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({1, 2, 4}, 1);
    const auto segments = bench.list(std::vector<Segment>{{0, 1, 0, 1, 0}});
    CHECK_REFUSES(append(bench.on, segments, x, bench.full({3, 1, 4}, 1)),
                  "cache is [3, 1, 4], should be [3, 2, 4]");
    CHECK_REFUSES(append(bench.on, segments, x, bench.full({3, 2, 5}, 1)), "a cache of another model?");
    auto gaps = x;
    gaps.stride[2] = 2;
    CHECK_REFUSES(append(bench.on, segments, gaps, bench.full({3, 2, 4}, 1)), "x has gaps");
  }
}

}  // namespace qwen3vl::test
