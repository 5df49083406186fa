#pragma once

#include <qwen3vl/ops/add.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What add promises on every backend.
template <class Bench> void add_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("is the sum, rounded once, whatever the sizes") {
    for (const std::int64_t tokens : {0, 1, 7, 97})
      for (const std::int64_t channels : {1, 3, 17, 97, 2048}) {
        const auto x = rounded<T>(random({tokens, channels}, 1)),
                   update = rounded<T>(random({tokens, channels}, 2));
        auto sum = bench.copy(x);
        add(bench.on, bench.copy(update), sum);
        // float's sum is right to its last bit; of two roundings the second may fall on a tie: f32 has one
        CHECK_CLOSE(bench.read(sum), rounded<T>(reference::add(x, update)), ulps<T>(0.5));
      }
  }
  SUBCASE("adding zeros changes nothing; adding x to itself doubles it") {
    auto x = bench.copy(random({3, 33}, 3));
    const auto before = bench.read(x);
    add(bench.on, bench.full({3, 33}, 0), x);
    CHECK_SAME(bench.read(x), before);
    add(bench.on, x, x);
    CHECK_SAME(bench.read(x), before.map([](double v) { return 2 * v; }));
  }
  SUBCASE("columns of wider matrices") {
    const auto x = rounded<T>(random({5, 33}, 4)), update = rounded<T>(random({5, 33}, 5));
    auto sum = bench.copy_with_gaps(x), expected = bench.copy(x);
    add(bench.on, bench.copy_with_gaps(update), sum);
    add(bench.on, bench.copy(update), expected);
    CHECK_SAME(bench.read(sum), bench.read(expected));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({2, 8}, 1);
    CHECK_REFUSES(add(bench.on, bench.full({2, 7}, 1), x), "update is [2, 7], should be [2, 8]");
    auto gaps = x;
    gaps.stride[1] = 2;
    CHECK_REFUSES(add(bench.on, gaps, x), "update has gaps");
    CHECK_REFUSES(add(bench.on, x, gaps), "x has gaps");
  }
}

}  // namespace qwen3vl::test
