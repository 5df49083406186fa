#pragma once

#include <qwen3vl/ops/linear.hpp>

#include "../support/bench.hpp"
#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What linear promises on every backend.
template <class Bench> void linear_cases(Bench& bench) {
  using T = typename Bench::Element;
  const auto magnitude = [](const Numbers<2>& x, const Numbers<2>& w) {  // of the largest sum of |products|
    const auto absolute = [](double v) { return std::abs(v); };
    return reference::linear(x.map(absolute), w.map(absolute)).largest() + 1;
  };
  const auto check = [&](std::int64_t tokens, std::int64_t in, std::int64_t out_channels, bool biased) {
    CAPTURE(tokens);
    CAPTURE(in);
    CAPTURE(out_channels);
    const auto x = rounded<T>(random({tokens, in}, 1));
    const auto weight = rounded<T>(random({out_channels, in}, 2));
    const auto bias = biased ? rounded<T>(random({out_channels}, 3)) : Numbers<1>{};
    auto out = bench.empty({tokens, out_channels});
    linear(bench.on, bench.copy(x), bench.copy(weight),
           biased ? bench.copy(bias) : View<T, 1, typename Bench::Space>{}, out);
    // the sum is float's, then there is one rounding: one ulp where the two fall together
    CHECK_CLOSE(bench.read(out), reference::linear(x, weight, bias),
                ulps<T>(1) + float_sum(in, magnitude(x, weight)));
  };

  SUBCASE("agrees with the formula, whatever the sizes") {
    for (const std::int64_t tokens : {1, 2, 7, 8, 9, 97})
      for (const std::int64_t in : {1, 3, 17, 96, 97, 321})
        for (const std::int64_t out : {1, 3, 97}) check(tokens, in, out, tokens % 2 == 1);
  }
  SUBCASE("many tokens, wide rows") {
    check(769, 97, 17, true);
    check(97, 641, 193, false);
    check(4, 3000, 100, true);
    for (const std::int64_t in : {64, 68, 97})  // rows that begin at borders of 16, 8 and 2 bytes, in bf16
      for (const std::int64_t out : {64, 68, 97}) check(37, in, out, true);
  }
  SUBCASE("more outputs than a grid's second axis has blocks of eight") {
    for (const std::int64_t tokens : {1, 3}) check(tokens, 2, 65535 * 8 + 3, true);
  }
  SUBCASE("no tokens, no inputs, no outputs") {
    auto none = bench.empty({0, 3});
    linear(bench.on, bench.empty({0, 5}), bench.full({3, 5}, 1), {}, none);
    linear(bench.on, bench.full({2, 5}, 1), bench.empty({0, 5}), {}, bench.empty({2, 0}));
    for (const std::int64_t tokens : {2, 20}) {
      auto out = bench.empty({tokens, 3});
      linear(bench.on, bench.empty({tokens, 0}), bench.empty({3, 0}), bench.full({3}, 4), out);
      CHECK_SAME(bench.read(out), Numbers<2>({tokens, 3}, 4));
    }
  }
  SUBCASE("the identity changes nothing; nor does the order of the tokens matter to any of them") {
    for (const std::int64_t tokens : {5, 50}) {
      Numbers<2> identity({97, 97});
      for (std::int64_t i = 0; i < 97; ++i) identity(i, i) = 1;
      const auto x = rounded<T>(random({tokens, 97}, 4));
      auto out = bench.empty({tokens, 97});
      linear(bench.on, bench.copy(x), bench.copy(identity), {}, out);
      CHECK_SAME(bench.read(out), x);
    }
  }
  SUBCASE("every output meets its own row of the weight and its own bias") {
    // weight[o, i] = o, x = 1: out = 16·o + bias[o]
    Numbers<2> weight({12, 16});
    for (std::int64_t o = 0; o < 12; ++o)
      for (std::int64_t i = 0; i < 16; ++i) weight(o, i) = static_cast<double>(o);
    Numbers<2> expected({9, 12});
    for (std::int64_t t = 0; t < 9; ++t)
      for (std::int64_t o = 0; o < 12; ++o) expected(t, o) = static_cast<double>(16 * o + o + 1);
    auto out = bench.empty({9, 12});
    linear(bench.on, bench.full({9, 16}, 1), bench.copy(weight), bench.copy(counting({12})), out);
    CHECK_CLOSE(bench.read(out), expected, ulps<T>(0.5));
  }
  SUBCASE("the sum is kept in float: 1 + 2⁻⁸ many times is not 1") {
    Numbers<2> x({1, 257}, 0x1p-8);
    x(0, 0) = 1;
    auto out = bench.empty({1, 1});
    linear(bench.on, bench.copy(x), bench.full({1, 257}, 1), {}, out);
    CHECK_SAME(bench.read(out), Numbers<2>({1, 1}, 2));  // bf16 sums would stop at 1
  }
  SUBCASE("x, weight and out may be columns of wider matrices") {
    for (const std::int64_t tokens : {3, 30}) {
      const auto x = random({tokens, 33}, 5), weight = random({21, 33}, 6);
      auto expected = bench.empty({tokens, 21});
      linear(bench.on, bench.copy(x), bench.copy(weight), {}, expected);
      auto wide = bench.empty({tokens, 30});
      linear(bench.on, bench.copy_with_gaps(x), bench.copy_with_gaps(weight), {}, columns(wide, 4, 21));
      // a library may add up in another order where addresses are aligned otherwise
      CHECK_CLOSE(bench.read(columns(wide, 4, 21)), bench.read(expected),
                  reorders_sums<Bench> ? ulps<T>(1) + float_sum(33, 33) : same);
      CHECK(untouched_outside(bench.read(wide), 4, 21));
    }
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({2, 8}, 1), out = bench.full({2, 3}, 1);
    CHECK_REFUSES(linear(bench.on, x, bench.full({3, 7}, 1), {}, out), "weight is [3, 7], should be [3, 8]");
    CHECK_REFUSES(linear(bench.on, x, bench.full({3, 8}, 1), {}, bench.full({1, 3}, 1)),
                  "out is [1, 3], should be [2, 3]");
    CHECK_REFUSES(linear(bench.on, x, bench.full({3, 8}, 1), bench.full({4}, 1), out),
                  "bias is [4], should be [3]");
    auto gaps = x;
    gaps.stride[1] = 2;
    CHECK_REFUSES(linear(bench.on, gaps, bench.full({3, 8}, 1), {}, out), "x has gaps");
  }
}

}  // namespace qwen3vl::test
