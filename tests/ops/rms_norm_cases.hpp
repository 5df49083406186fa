#pragma once

#include <qwen3vl/ops/rms_norm.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What rms_norm promises on every backend.
template <class Bench> void rms_norm_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("agrees with the formula, whatever the sizes") {
    for (const std::int64_t tokens : {0, 1, 2, 7, 97})
      for (const std::int64_t channels : {1, 3, 17, 32, 96, 97, 321, 2048}) {
        CAPTURE(tokens);
        CAPTURE(channels);
        const auto x = rounded<T>(random({tokens, channels}, 1, 3));
        const auto weight = rounded<T>(random({channels}, 2, 2));
        auto out = bench.empty({tokens, channels});
        rms_norm(bench.on, bench.copy(x), bench.copy(weight), 1e-6f, out);
        // two roundings of half an ulp, one of them multiplied by the weight; and the mean of n squares,
        // √n·2⁻²⁴ off (Higham & Mary 2019), of which the root leaves a half
        const Tolerance mean{0, std::sqrt(static_cast<double>(channels)) / 2 * 0x1p-24};
        CHECK_CLOSE(bench.read(out), reference::rms_norm(x, weight, 1e-6, round_to<T>), ulps<T>(2) + mean);
      }
  }
  SUBCASE("a row of equal numbers becomes the weight, or minus the weight") {
    auto out = bench.empty({2, 8});
    auto x = bench.copy(Numbers<2>({2, 8}, {3, 3, 3, 3, 3, 3, 3, 3, -3, -3, -3, -3, -3, -3, -3, -3}));
    rms_norm(bench.on, x, bench.copy(counting({8})), 1e-12f, out);
    CHECK_CLOSE(bench.read(out), Numbers<2>({2, 8}, {1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4, -5, -6, -7, -8}),
                ulps<T>(1));
  }
  SUBCASE("rounds to T before the weight, as the reference does") {
    const auto x = rounded<T>(random({64, 64}, 7));
    const auto weight = rounded<T>(random({64}, 8, 3));
    auto out = bench.empty({64, 64});
    rms_norm(bench.on, bench.copy(x), bench.copy(weight), 1e-6f, out);
    const auto twice = rounded<T>(reference::rms_norm(x, weight, 1e-6, round_to<T>));
    const auto got = bench.read(out);
    const auto once = rounded<T>(reference::rms_norm(x, weight, 1e-6, [](double v) { return v; }));
    int not_twice = 0, not_once = 0;
    for (std::size_t i = 0; i < got.values.size(); ++i) {
      not_twice += got.values[i] != twice.values[i];
      not_once += got.values[i] != once.values[i];
    }
    if constexpr (!std::same_as<T, float>) {
      CHECK(not_twice <= 8);  // of 4096: float's last bits may carry a quotient over a rounding boundary
      CHECK(not_once > 400);
    }
  }
  SUBCASE("a row of zeros stays zero, for eps is added") {
    auto out = bench.empty({1, 5});
    rms_norm(bench.on, bench.full({1, 5}, 0), bench.full({5}, 2), 1e-6f, out);
    CHECK_SAME(bench.read(out), Numbers<2>({1, 5}, 0));
  }
  SUBCASE("scaling a row changes nothing") {
    const auto x = rounded<T>(random({3, 97}, 3));
    auto weight = bench.copy(random({97}, 4));
    auto out = bench.empty({3, 97}), out_of_scaled = bench.empty({3, 97});
    rms_norm(bench.on, bench.copy(x), weight, 1e-20f, out);
    rms_norm(bench.on, bench.copy(x.map([](double v) { return 4 * v; })), weight, 1e-20f, out_of_scaled);
    CHECK_SAME(bench.read(out_of_scaled), bench.read(out));  // a power of two: bit by bit
  }
  SUBCASE("works in place, and on columns of a wider matrix") {
    const auto x = random({7, 33}, 5);
    auto weight = bench.copy(random({33}, 6));
    auto expected = bench.empty({7, 33});
    rms_norm(bench.on, bench.copy(x), weight, 1e-6f, expected);

    auto in_place = bench.copy(x);
    rms_norm(bench.on, in_place, weight, 1e-6f, in_place);
    CHECK_SAME(bench.read(in_place), bench.read(expected));

    auto wide = bench.empty({7, 40});
    rms_norm(bench.on, bench.copy_with_gaps(x), weight, 1e-6f, columns(wide, 2, 33));
    CHECK_SAME(bench.read(columns(wide, 2, 33)), bench.read(expected));
    CHECK(untouched_outside(bench.read(wide), 2, 33));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({2, 8}, 1);
    auto weight = bench.full({8}, 1);
    CHECK_REFUSES(rms_norm(bench.on, x, bench.full({4}, 1), 1e-6f, x), "weight is [4], should be [8]");
    CHECK_REFUSES(rms_norm(bench.on, x, weight, 1e-6f, bench.full({2, 7}, 1)),
                  "out is [2, 7], should be [2, 8]");
    CHECK_REFUSES(rms_norm(bench.on, x, weight, 0.0f, x), "eps is not above 0");
    auto gaps = x;
    gaps.stride[1] = 2;
    CHECK_REFUSES(rms_norm(bench.on, gaps, weight, 1e-6f, x), "x has gaps between the elements of a row");
    CHECK_REFUSES(rms_norm(bench.on, x, weight, 1e-6f, gaps), "out has gaps");
  }
}

}  // namespace qwen3vl::test
