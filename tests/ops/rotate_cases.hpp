#pragma once

#include <numbers>

#include <qwen3vl/ops/rotate.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What rotate promises on every backend.
template <class Bench> void rotate_cases(Bench& bench) {
  using T = typename Bench::Element;
  const auto cosines = [](const Numbers<2>& angles) {
    return angles.map([](double a) { return std::cos(a); });
  };
  const auto sines = [](const Numbers<2>& angles) {
    return angles.map([](double a) { return std::sin(a); });
  };

  SUBCASE("agrees with the formula: table of float, one rounding") {
    for (const std::int64_t tokens : {0, 1, 7, 97})
      for (const std::int64_t head_dim : {2, 6, 72, 80, 128}) {
        CAPTURE(tokens);
        CAPTURE(head_dim);
        const auto angles = random({tokens, head_dim / 2}, 1, 3);
        const auto cosine = rounded<float>(cosines(angles)), sine = rounded<float>(sines(angles));
        const auto x = rounded<T>(random({tokens, 3, head_dim}, 2));
        auto turned = bench.copy(x);
        rotate(bench.on, bench.template copy_as<float>(cosine), bench.template copy_as<float>(sine), turned);
        // two products and a sum in float, numbers below 1 each
        CHECK_CLOSE(bench.read(turned), reference::rotate(x, cosine, sine, round_to<float>),
                    ulps<T>(0.5) + Tolerance{3 * 0x1p-24, 0});
      }
  }
  SUBCASE("agrees with the formula: table of T, every product rounded to T") {
    const auto angles = random({9, 64}, 3, 3);
    const auto cosine = rounded<T>(cosines(angles)), sine = rounded<T>(sines(angles));
    const auto x = rounded<T>(random({9, 2, 128}, 4));
    auto turned = bench.copy(x);
    rotate(bench.on, bench.copy(cosine), bench.copy(sine), turned);
    CHECK_CLOSE(bench.read(turned), rounded<T>(reference::rotate(x, cosine, sine, round_to<T>)),
                (std::same_as<T, float> ? Tolerance{3 * 0x1p-24, 0} : ulps<T>(0.5)));
  }
  SUBCASE("pairs are halves apart, not neighbours: a quarter turn swaps the halves") {
    auto x = bench.copy(Numbers<3>({1, 1, 6}, {1, 2, 3, 4, 5, 6}));
    rotate(bench.on, bench.full({1, 3}, 0), bench.full({1, 3}, 1), x);
    CHECK_SAME(bench.read(x), Numbers<3>({1, 1, 6}, {-4, -5, -6, 1, 2, 3}));
  }
  SUBCASE("rotating back restores") {
    const auto angles = random({5, 36}, 5, 3);
    const auto x = rounded<T>(random({5, 2, 72}, 6));
    auto there_and_back = bench.copy(x);
    auto cosine = bench.template copy_as<float>(cosines(angles));
    rotate(bench.on, cosine, bench.template copy_as<float>(sines(angles)), there_and_back);
    rotate(bench.on, cosine, bench.template copy_as<float>(angles.map([](double a) { return -std::sin(a); })),
           there_and_back);
    CHECK_CLOSE(bench.read(there_and_back), x, (Tolerance{2 * epsilon<T>, 0}));  // two roundings below 2
  }
  SUBCASE("no angle, no change") {
    const auto x = rounded<T>(random({3, 2, 80}, 7));
    auto still = bench.copy(x);
    rotate(bench.on, bench.full({3, 40}, 1), bench.full({3, 40}, 0), still);
    CHECK_SAME(bench.read(still), x);
  }
  SUBCASE("heads inside a fused projection: what is not x stays") {
    const auto x = random({4, 6}, 8);
    auto wide = bench.copy_with_gaps(reshaped(x, {4, 6}));
    auto cosine = bench.copy(cosines(random({4, 2}, 9, 3))), sine = bench.copy(sines(random({4, 2}, 9, 3)));
    auto dense = bench.copy(Numbers<3>({4, 1, 4}));
    Numbers<3> head({4, 1, 4});
    for (std::int64_t t = 0; t < 4; ++t)
      for (std::int64_t c = 0; c < 4; ++c) head(t, 0, c) = x(t, c + 1);
    dense = bench.copy(head);
    rotate(bench.on, cosine, sine, dense);
    rotate(bench.on, cosine, sine, split_last(columns(wide, 1, 4), 1, 4));
    CHECK_SAME(bench.read(split_last(columns(wide, 1, 4), 1, 4)), bench.read(dense));
    CHECK_SAME(bench.read(columns(wide, 0, 1)), bench.read(columns(bench.copy(x), 0, 1)));
    CHECK_SAME(bench.read(columns(wide, 5, 1)), bench.read(columns(bench.copy(x), 5, 1)));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({2, 1, 8}, 1);
    auto table = bench.full({2, 4}, 1), other = bench.full({2, 3}, 1);
    CHECK_REFUSES(rotate(bench.on, other, table, x), "cosine is [2, 3], should be [2, 4]");
    CHECK_REFUSES(rotate(bench.on, table, other, x), "sine is [2, 3], should be [2, 4]");
    CHECK_REFUSES(rotate(bench.on, table, table, bench.full({2, 1, 7}, 1)), "head_dim is odd");
    auto gaps = x;
    gaps.stride[2] = 2;
    CHECK_REFUSES(rotate(bench.on, table, table, gaps), "x has gaps");
    auto gappy = table;
    gappy.stride[1] = 2;
    CHECK_REFUSES(rotate(bench.on, gappy, table, x), "cosine has gaps");
    CHECK_REFUSES(rotate(bench.on, table, gappy, x), "sine has gaps");
  }
}

}  // namespace qwen3vl::test
