#pragma once

#include <qwen3vl/ops/layer_norm.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What layer_norm promises on every backend.
template <class Bench> void layer_norm_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("agrees with the formula, whatever the sizes") {
    for (const std::int64_t tokens : {0, 1, 2, 7, 97})
      for (const std::int64_t channels : {1, 3, 17, 32, 96, 97, 321, 1024}) {
        CAPTURE(tokens);
        CAPTURE(channels);
        const auto x = rounded<T>(random({tokens, channels}, 1, 3));
        const auto weight = rounded<T>(random({channels}, 2, 2)), bias = rounded<T>(random({channels}, 3));
        auto out = bench.empty({tokens, channels});
        layer_norm(bench.on, bench.copy(x), bench.copy(weight), bench.copy(bias), 1e-6f, out);
        // one rounding; the absolute part is where the bias takes away what the sum had (|terms| < 8)
        CHECK_CLOSE(bench.read(out), reference::layer_norm(x, weight, bias, 1e-6),
                    ulps<T>(1) + Tolerance{8 * 0x1p-22, 0});
      }
  }
  SUBCASE("a row of equal numbers becomes the bias") {
    auto out = bench.empty({1, 8});
    layer_norm(bench.on, bench.full({1, 8}, 3), bench.full({8}, 5), bench.copy(counting({8})), 1e-6f, out);
    CHECK_SAME(bench.read(out), reshaped(counting({8}), {1, 8}));
  }
  SUBCASE("a large offset costs nothing: the variance comes from deviations, not from squares") {
    // 1000 ± 1: in squares of float the variance 1 would drown in 10⁶
    Numbers<2> x({1, 64});
    for (std::int64_t c = 0; c < 64; ++c) x(0, c) = std::same_as<T, bf16> ? (c % 2 ? 64 : 65) : 1000 + c % 2;
    auto out = bench.empty({1, 64});
    layer_norm(bench.on, bench.copy(x), bench.full({64}, 1), bench.full({64}, 0), 1e-6f, out);
    CHECK_CLOSE(bench.read(out), reference::layer_norm(x, Numbers<1>({64}, 1), Numbers<1>({64}), 1e-6),
                ulps<T>(2));
  }
  SUBCASE("an offset of the whole row changes nothing") {
    const auto x = counting({1, 17});
    auto weight = bench.copy(random({17}, 1)), bias = bench.copy(random({17}, 2));
    auto out = bench.empty({1, 17}), out_of_shifted = bench.empty({1, 17});
    layer_norm(bench.on, bench.copy(x), weight, bias, 1e-6f, out);
    layer_norm(bench.on, bench.copy(x.map([](double v) { return v - 9; })), weight, bias, 1e-6f,
               out_of_shifted);
    CHECK_SAME(bench.read(out_of_shifted), bench.read(out));  // the mean is 9: all numbers are exact
  }
  SUBCASE("works in place, and on columns of a wider matrix") {
    const auto x = random({7, 33}, 5);
    auto weight = bench.copy(random({33}, 6)), bias = bench.copy(random({33}, 7));
    auto expected = bench.empty({7, 33});
    layer_norm(bench.on, bench.copy(x), weight, bias, 1e-6f, expected);

    auto in_place = bench.copy(x);
    layer_norm(bench.on, in_place, weight, bias, 1e-6f, in_place);
    CHECK_SAME(bench.read(in_place), bench.read(expected));

    auto wide = bench.empty({7, 40});
    layer_norm(bench.on, bench.copy_with_gaps(x), weight, bias, 1e-6f, columns(wide, 2, 33));
    CHECK_SAME(bench.read(columns(wide, 2, 33)), bench.read(expected));
    CHECK(untouched_outside(bench.read(wide), 2, 33));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({2, 8}, 1);
    auto ones = bench.full({8}, 1), short_one = bench.full({4}, 1);
    CHECK_REFUSES(layer_norm(bench.on, x, short_one, ones, 1e-6f, x), "weight is [4], should be [8]");
    CHECK_REFUSES(layer_norm(bench.on, x, ones, short_one, 1e-6f, x), "bias is [4], should be [8]");
    CHECK_REFUSES(layer_norm(bench.on, x, ones, ones, 1e-6f, bench.full({1, 8}, 1)),
                  "out is [1, 8], should be [2, 8]");
    CHECK_REFUSES(layer_norm(bench.on, x, ones, ones, -1.0f, x), "eps is not above 0");
    auto gaps = x;
    gaps.stride[1] = 2;
    CHECK_REFUSES(layer_norm(bench.on, gaps, ones, ones, 1e-6f, x), "x has gaps");
  }
}

}  // namespace qwen3vl::test
