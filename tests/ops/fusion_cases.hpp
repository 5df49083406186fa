#pragma once

#include <cmath>
#include <vector>

#include <qwen3vl/ops/mean_rows.hpp>
#include <qwen3vl/ops/mix_levels.hpp>
#include <qwen3vl/ops/rotate_adjacent.hpp>
#include <qwen3vl/ops/sinusoidal.hpp>
#include <qwen3vl/ops/softmax.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What mean_rows, softmax and mix_levels promise on every backend.
template <class Bench> void fusion_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("the mean of all rows") {
    const auto x = rounded<T>(random({7, 33}, 1));
    auto out = bench.empty({1, 33});
    mean_rows(bench.on, bench.copy_with_gaps(x), out);
    Numbers<2> expected({1, 33}, 0);
    for (int t = 0; t < 7; ++t)
      for (int c = 0; c < 33; ++c) expected(0, c) += x(t, c) / 7;
    CHECK(relative_error(bench.read(out), expected) <= block_error<T>(1, 1, 7));
    mean_rows(bench.on, bench.full({0, 33}, 1), out);
    CHECK_SAME(bench.read(out), Numbers<2>({1, 33}, 0));
  }
  SUBCASE("softmax of rows, in place, of numbers that would overflow") {
    const auto x = rounded<T>(random({5, 17}, 2, 4));
    auto out = bench.copy(x);
    softmax(bench.on, out, out);
    Numbers<2> expected({5, 17}, 0);
    for (int t = 0; t < 5; ++t) {
      double sum = 0;
      for (int c = 0; c < 17; ++c) sum += std::exp(x(t, c));
      for (int c = 0; c < 17; ++c) expected(t, c) = std::exp(x(t, c)) / sum;
    }
    CHECK(relative_error(bench.read(out), expected) <= block_error<T>(1, 2, 17));
    auto large = bench.copy(Numbers<2>({1, 2}, {1000, 1000}));
    softmax(bench.on, large, large);
    CHECK_SAME(bench.read(large), Numbers<2>({1, 2}, 0.5));
  }
  SUBCASE("the weighted sum of levels") {
    const auto levels = rounded<T>(random({3, 4, 19}, 3));
    const auto weight = rounded<T>(random({1, 3}, 4));
    auto out = bench.empty({4, 19});
    mix_levels(bench.on, bench.copy(levels), bench.copy(weight), out);
    Numbers<2> expected({4, 19}, 0);
    for (int i = 0; i < 3; ++i)
      for (int t = 0; t < 4; ++t)
        for (int c = 0; c < 19; ++c) expected(t, c) += weight(0, i) * levels(i, t, c);
    CHECK(relative_error(bench.read(out), expected) <= block_error<T>(1, 1, 3));
  }
  SUBCASE("refuse what does not fit") {
    CHECK_REFUSES(mean_rows(bench.on, bench.full({2, 3}, 1), bench.empty({1, 4})),
                  "out is [1, 4], should be [1, 3]");
    CHECK_REFUSES(softmax(bench.on, bench.full({2, 0}, 1), bench.empty({2, 0})), "a row has no elements");
    CHECK_REFUSES(mix_levels(bench.on, bench.full({2, 3, 4}, 1), bench.full({1, 3}, 1), bench.empty({3, 4})),
                  "weight is [1, 3], should be [1, 2]");
  }
}

/// What add_sinusoidal promises on every backend.
template <class Bench> void sinusoidal_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("sines and cosines take turns, each pair on its own frequency") {
    const std::vector<int> at{0, 1, 5, 1000};
    std::vector<Position> positions;
    for (const int p : at) positions.push_back({p, -1, -1});
    const auto x = rounded<T>(random({4, 18}, 1));
    auto out = bench.copy(x);
    add_sinusoidal(bench.on, bench.list(positions), out);
    Numbers<2> expected = x;
    for (int t = 0; t < 4; ++t)
      for (int j = 0; j < 9; ++j) {
        const double angle = at[t] * std::pow(1e4, -2.0 * j / 18);
        expected(t, 2 * j) += std::sin(angle), expected(t, 2 * j + 1) += std::cos(angle);
      }
    CHECK(relative_error(bench.read(out), expected) <=
          block_error<T>(1, 1, 1) + 1000 * 0x1p-24);  // of the angle
  }
  SUBCASE("refuses an odd number of channels") {
    auto x = bench.full({1, 3}, 1);
    CHECK_REFUSES(add_sinusoidal(bench.on, bench.list(std::vector<Position>{{0, 0, 0}}), x),
                  "channels is odd");
  }
}

/// What rotate_adjacent promises on every backend.
template <class Bench> void rotate_adjacent_cases(Bench& bench) {
  using T = typename Bench::Element;
  const auto cos_of = [](const Numbers<2>& a) {
    return rounded<T>(a.map([](double v) { return std::cos(v); }));
  };
  const auto sin_of = [](const Numbers<2>& a) {
    return rounded<T>(a.map([](double v) { return std::sin(v); }));
  };

  SUBCASE("is rotate with every head's elements dealt out in two halves") {
    const auto x = rounded<T>(random({5, 3, 10}, 1));
    const auto angles = random({5, 5}, 2, 3);
    Numbers<3> halves({5, 3, 10}, 0);
    for (int t = 0; t < 5; ++t)
      for (int h = 0; h < 3; ++h)
        for (int i = 0; i < 5; ++i)
          halves(t, h, i) = x(t, h, 2 * i), halves(t, h, i + 5) = x(t, h, 2 * i + 1);
    const auto turned = reference::rotate(halves, cos_of(angles), sin_of(angles), round_to<T>);
    Numbers<3> expected({5, 3, 10}, 0);
    for (int t = 0; t < 5; ++t)
      for (int h = 0; h < 3; ++h)
        for (int i = 0; i < 5; ++i)
          expected(t, h, 2 * i) = turned(t, h, i), expected(t, h, 2 * i + 1) = turned(t, h, i + 5);
    auto out = bench.copy(x);
    rotate_adjacent(bench.on, bench.copy(cos_of(angles)), bench.copy(sin_of(angles)), out);
    CHECK_CLOSE(bench.read(out), rounded<T>(expected), ulps<T>(1));
  }
  SUBCASE("refuses what does not fit") {
    auto x = bench.full({2, 1, 8}, 1);
    CHECK_REFUSES(rotate_adjacent(bench.on, bench.full({2, 3}, 1), bench.full({2, 4}, 1), x),
                  "cosine is [2, 3], should be [2, 4]");
    CHECK_REFUSES(
        rotate_adjacent(bench.on, bench.full({2, 3}, 1), bench.full({2, 3}, 1), bench.full({2, 1, 7}, 1)),
        "head_dim is odd");
  }
}

}  // namespace qwen3vl::test
