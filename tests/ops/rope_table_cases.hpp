#pragma once

#include <qwen3vl/ops/rope/axial_2d.hpp>
#include <qwen3vl/ops/rope/mrope_chunked.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope/standard.hpp>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/rotate.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// A user's own RoPE: every pair makes a quarter turn a step, and the cosines are doubled.
struct QuarterTurns {
  int head_dim;
  QWEN3VL_HD int pairs() const { return head_dim / 2; }
  QWEN3VL_HD float angle(Position at, int) const { return 1.5707963268f * static_cast<float>(at.t); }
  QWEN3VL_HD float scaling() const { return 2.0f; }
};
static_assert(RoPE<QuarterTurns>);

/// What rope_table promises on every backend.
template <class Bench> void rope_table_cases(Bench& bench) {
  using T = typename Bench::Element;
  const auto table = [&](auto rope, const std::vector<Position>& positions) {
    const auto tokens = static_cast<std::int64_t>(positions.size());
    auto cosine = bench.empty({tokens, rope.pairs()}), sine = bench.empty({tokens, rope.pairs()});
    rope_table(bench.on, rope, bench.list(positions), cosine, sine);
    return std::pair(bench.read(cosine), bench.read(sine));
  };

  SUBCASE("is cosine and sine of the policy's angles, rounded once") {
    const std::vector<Position> positions{{0, 0, 0}, {1, 2, 3}, {4, 5, 6}, {1000, 900, 800}, {200000, 7, 9}};
    const auto check = [&](auto rope) {
      const auto [cosine, sine] = table(rope, positions);
      for (std::int64_t t = 0; t < 5; ++t)
        for (int i = 0; i < rope.pairs(); ++i) {
          const double angle = rope.angle(positions[static_cast<std::size_t>(t)], i);
          CHECK(std::abs(cosine(t, i) - std::cos(angle)) <= epsilon<T>);
          CHECK(std::abs(sine(t, i) - std::sin(angle)) <= epsilon<T>);
        }
    };
    check(StandardRoPE{128, 5e6f});
    check(MRoPEInterleaved{128, 5e6f, 20, 20});
    check(MRoPEChunked{128, 1e6f, 16, 24});
    check(Axial2D{72});
    check(Axial2D{80});
  }
  SUBCASE("position 0 turns nothing") {
    const auto [cosine, sine] = table(MRoPEInterleaved{128, 5e6f, 20, 20}, {{0, 0, 0}});
    CHECK_SAME(cosine, Numbers<2>({1, 64}, 1));
    CHECK_SAME(sine, Numbers<2>({1, 64}, 0));
  }
  SUBCASE("the scores of rotated heads depend on relative positions only") {
    const MRoPEInterleaved rope{16, 1e4f, 2, 2};
    const auto score = [&](Position at_q, Position at_k) {
      std::vector<Position> positions{at_q, at_k};
      auto cosine = bench.template empty_as<float>({2, 8}), sine = bench.template empty_as<float>({2, 8});
      rope_table(bench.on, rope, bench.list(positions), cosine, sine);
      auto x = bench.copy(random({2, 1, 16}, 1));
      rotate(bench.on, cosine, sine, x);
      const auto turned = bench.read(x);
      double sum = 0;
      for (int c = 0; c < 16; ++c) sum += turned(0, 0, c) * turned(1, 0, c);
      return sum;
    };
    const double expected = score({9, 4, 2}, {3, 1, 5});
    // 16 products of numbers below √2, each rounded to T once
    const double close = 16 * 2 * epsilon<T>;
    CHECK(std::abs(score({109, 54, 32}, {103, 51, 35}) - expected) <= close);
    CHECK(std::abs(score({6, 3, 0}, {0, 0, 3}) - expected) <= close);
    CHECK(std::abs(score({9, 4, 3}, {3, 1, 5}) - expected) > 1e-2);
  }
  SUBCASE("any policy will do, with its own scaling") {
    const auto [cosine, sine] = table(QuarterTurns{4}, {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}});
    CHECK_CLOSE(cosine, Numbers<2>({3, 2}, {2, 2, 0, 0, -2, -2}), (Tolerance{1e-6, 0}));
    CHECK_CLOSE(sine, Numbers<2>({3, 2}, {0, 0, 2, 2, 0, 0}), (Tolerance{1e-6, 0}));
  }
  SUBCASE("no tokens, and many") {
    table(StandardRoPE{2, 1e4f}, {});
    const auto [cosine, sine] = table(StandardRoPE{2, 1e4f}, std::vector<Position>(97, Position{1, 1, 1}));
    CHECK_CLOSE(cosine, Numbers<2>({97, 1}, std::cos(1.0)), ulps<T>(1));
    CHECK_CLOSE(sine, Numbers<2>({97, 1}, std::sin(1.0)), ulps<T>(1));
  }
  SUBCASE("refuses what does not fit, and says so") {
    const std::vector<Position> positions(3);
    auto right = bench.empty({3, 8}), wrong = bench.empty({3, 16});
    CHECK_REFUSES(rope_table(bench.on, StandardRoPE{16, 1e4f}, bench.list(positions), wrong, right),
                  "cosine is [3, 16], should be [3, 8]");
    CHECK_REFUSES(rope_table(bench.on, StandardRoPE{16, 1e4f}, bench.list(positions), right, wrong),
                  "sine is [3, 16], should be [3, 8]");
  }
}

}  // namespace qwen3vl::test
