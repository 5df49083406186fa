#pragma once

#include <qwen3vl/ops/convert.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// What convert promises on every backend.
template <class Bench> void convert_cases(Bench& bench) {
  using T = typename Bench::Element;
  using Space = typename Bench::Space;

  SUBCASE("rounds once, to the nearest") {
    for (const std::int64_t rows : {0, 1, 7, 97})
      for (const std::int64_t columns : {0, 1, 3, 97}) {
        const auto x = rounded<float>(random({rows, columns}, 1, 100));
        View<const float, 2, Space> from = bench.template copy_as<float>(x);
        auto out = bench.empty({rows, columns});
        convert(bench.on, from, out);
        CHECK_SAME(bench.read(out), rounded<T>(x));
      }
  }
  SUBCASE("to a wider type and back nothing is lost") {
    const auto x = rounded<T>(random({3, 33}, 2, 100));
    View<const T, 2, Space> from = bench.copy_with_gaps(x);
    auto wide = bench.template empty_as<float>({3, 33});
    convert(bench.on, from, wide);
    CHECK_SAME(bench.read(wide), x);
    auto back = bench.empty({3, 33});
    convert(bench.on, View<const float, 2, Space>(wide), back);
    CHECK_SAME(bench.read(back), x);
  }
  SUBCASE("refuses what does not fit, and says so") {
    View<const T, 2, Space> x = bench.full({2, 8}, 1);
    CHECK_REFUSES(convert(bench.on, x, bench.full({2, 7}, 1)), "out is [2, 7], should be [2, 8]");
  }
}

}  // namespace qwen3vl::test
