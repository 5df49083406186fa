#pragma once

#include <qwen3vl/ops/attend.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// A user's own mask: the query itself and the `width − 1` keys before it (Beltagy et al. 2020, §3.1).
struct SlidingWindow {
  int width;
  QWEN3VL_HD KeyRange visible(Segment segment, int query) const {
    const int end = segment.keys - segment.queries + query + 1;
    return {end - width > segment.padding ? end - width : segment.padding, end};
  }
};
static_assert(Mask<SlidingWindow>);

/// What attend promises on every backend.
template <class Bench> void attend_cases(Bench& bench) {
  using T = typename Bench::Element;
  // Scores are sums of head_dim products, |score| ≤ a few: 10⁻⁶ of error in the exponent, and as much in
  // the weighted mean of values below 1. Then one rounding to T.
  const Tolerance close = Tolerance{8e-6, 0} + ulps<T>(0.5);

  const auto run = [&](auto mask, const std::vector<Segment>& segments, const Numbers<3>& q,
                       const Numbers<3>& keys, const Numbers<3>& values, double scale) {
    auto out = bench.empty({q.shape[0], q.shape[1], q.shape[2]});
    attend(bench.on, mask, bench.list(segments), bench.copy(q), bench.copy(keys), bench.copy(values),
           static_cast<float>(scale), out);
    return bench.read(out);
  };
  const auto check = [&](auto mask, const reference::Visible& visible, const std::vector<Segment>& segments,
                         std::int64_t queries, std::int64_t rows, std::int64_t heads, std::int64_t kv_heads,
                         std::int64_t head_dim) {
    CAPTURE(queries);
    CAPTURE(rows);
    CAPTURE(heads);
    CAPTURE(kv_heads);
    CAPTURE(head_dim);
    const auto q = rounded<T>(random({queries, heads, head_dim}, 1, 2));
    const auto keys = rounded<T>(random({rows, kv_heads, head_dim}, 2));
    const auto values = rounded<T>(random({rows, kv_heads, head_dim}, 3));
    const double scale = 1 / std::sqrt(static_cast<double>(head_dim));
    CHECK_CLOSE(run(mask, segments, q, keys, values, scale),
                reference::attend(visible, segments, q, keys, values, scale), close);
  };

  SUBCASE("agrees with the formula: any head_dim, any number of keys") {
    for (const std::int64_t head_dim : {1, 2, 3, 16, 72, 80, 128, 512})
      for (const int keys : {1, 2, 9, 127, 128, 129, 300})
        check(FullMask{}, reference::full, {{0, 5, 0, keys, 0}}, 5, keys, 2, 2, head_dim);
  }
  SUBCASE("agrees with the formula: any grouping, any number of queries") {
    for (const std::int64_t group : {1, 2, 3, 4, 8, 64})
      for (const int queries : {1, 7, 9, 63, 65, 130}) {
        if (group * queries > 600) continue;  // enough is enough for a reference in plain loops
        check(CausalMask{}, reference::causal, {{0, queries, 0, queries, 0}}, queries, queries, 2 * group, 2,
              16);
      }
  }
  SUBCASE("causal behind a cache: the last query is the last key") {
    check(CausalMask{}, reference::causal, {{0, 1, 0, 300, 0}}, 1, 300, 16, 8, 128);
    check(CausalMask{}, reference::causal, {{0, 70, 0, 200, 0}}, 70, 200, 4, 2, 32);
  }
  SUBCASE("several segments, anywhere in queries and keys, out of order, some empty") {
    const std::vector<Segment> segments{
        {10, 3, 100, 40, 0}, {0, 10, 0, 33, 0}, {13, 0, 5, 0, 0}, {13, 1, 70, 1, 0}, {14, 6, 33, 6, 0}};
    check(FullMask{}, reference::full, segments, 20, 140, 4, 2, 24);
    check(CausalMask{}, reference::causal, segments, 20, 140, 4, 2, 24);
  }
  SUBCASE("left padding is nobody's business; blind rows see all alike, and there is no NaN") {
    // 9 tokens of which 4 are padding: queries 0 … 3 see nothing
    check(CausalMask{}, reference::causal, {{0, 9, 0, 9, 4}}, 9, 9, 4, 2, 16);
    check(CausalMask{}, reference::causal, {{0, 5, 0, 300, 140}}, 5, 300, 4, 2, 16);
    check(CausalMask{}, reference::causal, {{0, 3, 0, 3, 3}}, 3, 3, 2, 1, 8);  // nothing but padding
    check(FullMask{}, reference::full, {{0, 4, 0, 150, 129}}, 4, 150, 2, 2, 8);

    // whatever the padding holds, the rest does not change; not even NaN gets through
    const auto q = random({5, 2, 8}, 1), keys = random({150, 1, 8}, 2), values = random({150, 1, 8}, 3);
    auto dirty_keys = keys, dirty_values = values;
    for (std::int64_t k = 0; k < 140; ++k)
      for (std::int64_t c = 0; c < 8; ++c) dirty_keys(k, 0, c) = dirty_values(k, 0, c) = not_a_number;
    const std::vector<Segment> segment{{0, 5, 0, 150, 140}};
    CHECK_SAME(run(CausalMask{}, segment, q, dirty_keys, dirty_values, 0.5),
               run(CausalMask{}, segment, q, keys, values, 0.5));
  }
  SUBCASE("what is no number stays none, and to itself") {
    for (const std::int64_t keys : {5, 300}) {
      auto q = rounded<T>(random({5, 2, 64}, 1));
      q(2, 0, 3) = std::nan("");
      const auto out = run(FullMask{}, {{0, 5, 0, static_cast<int>(keys), 0}}, q,
                           rounded<T>(random({keys, 1, 64}, 2)), rounded<T>(random({keys, 1, 64}, 3)), 0.125);
      for (std::int64_t t = 0; t < 5; ++t)
        for (std::int64_t h = 0; h < 2; ++h) CHECK(std::isnan(out(t, h, 7)) == (t == 2 && h == 0));
    }
  }
  SUBCASE("no keys at all give zeros") {
    CHECK_SAME(run(FullMask{}, {{0, 2, 0, 0, 0}}, Numbers<3>({2, 1, 4}, 1), Numbers<3>({0, 1, 4}),
                   Numbers<3>({0, 1, 4}), 1),
               Numbers<3>({2, 1, 4}, 0));
  }
  SUBCASE("the weights sum to one: equal values come back") {
    const auto got = run(CausalMask{}, {{0, 140, 0, 140, 0}}, random({140, 4, 32}, 1, 3),
                         random({140, 2, 32}, 2, 3), Numbers<3>({140, 2, 32}, 0.75), 0.2);
    // a mean of 140 equal numbers, float's sums above and below the bar
    CHECK_CLOSE(got, Numbers<3>({140, 4, 32}, 0.75), (Tolerance{140 * 0x1p-24, 0}));
  }
  SUBCASE("one key returns its value") {
    const auto values = rounded<T>(random({1, 2, 16}, 3));
    const auto got =
        run(FullMask{}, {{0, 3, 0, 1, 0}}, random({3, 4, 16}, 1), random({1, 2, 16}, 2), values, 1);
    for (std::int64_t t = 0; t < 3; ++t)
      for (std::int64_t h = 0; h < 4; ++h)
        for (std::int64_t c = 0; c < 16; ++c) CHECK(got(t, h, c) == values(0, h / 2, c));
  }
  SUBCASE("scores of ±1000 neither overflow nor drown: the largest takes all") {
    const auto q = Numbers<3>({1, 1, 1}, 1);
    const auto keys = Numbers<3>({3, 1, 1}, {-1000, 1000, 0}), values = Numbers<3>({3, 1, 1}, {1, 2, 4});
    CHECK_SAME(run(FullMask{}, {{0, 1, 0, 3, 0}}, q, keys, values, 1), Numbers<3>({1, 1, 1}, 2));
  }
  SUBCASE("segments do not leak: other keys, other queries, same result") {
    const std::vector<Segment> segments{{0, 6, 0, 6, 0}, {6, 6, 6, 6, 0}};
    auto q = random({12, 4, 16}, 1), keys = random({12, 2, 16}, 2), values = random({12, 2, 16}, 3);
    const auto before = run(FullMask{}, segments, q, keys, values, 0.25);
    for (std::int64_t t = 6; t < 12; ++t)
      for (std::int64_t c = 0; c < 16; ++c) {
        keys(t, 0, c) += 1, values(t, 1, c) -= 1, q(t, 3, c) *= 2;
      }
    const auto after = run(FullMask{}, segments, q, keys, values, 0.25);
    CHECK_SAME(after.rows(0, 6), before.rows(0, 6));
    CHECK(relative_error(after.rows(6, 6), before.rows(6, 6)) > 0.01);
  }
  SUBCASE("a batch in another order gives the results in that order") {
    const auto q = random({8, 2, 16}, 1), keys = random({8, 2, 16}, 2), values = random({8, 2, 16}, 3);
    const std::vector<Segment> segments{{0, 3, 0, 3, 0}, {3, 5, 3, 5, 1}};
    const auto one_way = run(CausalMask{}, segments, q, keys, values, 0.25);
    CHECK_SAME(run(CausalMask{}, {segments[1], segments[0]}, q, keys, values, 0.25), one_way);
    // keys of the sequences swapped in the cache
    Numbers<3> swapped_keys = keys, swapped_values = values;
    for (std::int64_t k = 0; k < 8; ++k)
      for (std::int64_t h = 0; h < 2; ++h)
        for (std::int64_t c = 0; c < 16; ++c) {
          swapped_keys((k + 5) % 8, h, c) = keys(k, h, c);
          swapped_values((k + 5) % 8, h, c) = values(k, h, c);
        }
    CHECK_SAME(run(CausalMask{}, {{0, 3, 5, 3, 0}, {3, 5, 0, 5, 1}}, q, swapped_keys, swapped_values, 0.25),
               one_way);
  }
  SUBCASE("causality goes by order: later keys change nothing before them") {
    const auto q = random({20, 2, 16}, 1);
    auto keys = random({20, 2, 16}, 2), values = random({20, 2, 16}, 3);
    const auto before = run(CausalMask{}, {{0, 20, 0, 20, 0}}, q, keys, values, 0.25);
    for (std::int64_t k = 13; k < 20; ++k) keys(k, 0, 0) += 1, values(k, 1, 5) += 1;
    const auto after = run(CausalMask{}, {{0, 20, 0, 20, 0}}, q, keys, values, 0.25);
    CHECK_SAME(after.rows(0, 13), before.rows(0, 13));
    CHECK(relative_error(after.rows(13, 7), before.rows(13, 7)) > 1e-3);
  }
  SUBCASE("a prompt in chunks is the prompt in one go") {
    const auto q = random({300, 4, 32}, 1), keys = random({300, 2, 32}, 2), values = random({300, 2, 32}, 3);
    for (const int padding : {0, 5}) {
      const auto whole = run(CausalMask{}, {{0, 300, 0, 300, padding}}, q, keys, values, 0.2);
      for (const int chunk : {1, 7, 64, 131}) {
        CAPTURE(chunk);
        Numbers<3> pieces = whole;
        for (int begin = 0; begin < 300; begin += chunk) {
          const int n = std::min(chunk, 300 - begin);
          // padding that is still to come: those queries are blind among fewer keys, and nobody asks them
          const auto piece = run(CausalMask{}, {{0, n, 0, begin + n, padding}}, q.rows(begin, n),
                                 keys.rows(0, begin + n), values.rows(0, begin + n), 0.2);
          for (int t = std::max(0, padding - begin); t < n; ++t)
            for (int h = 0; h < 4; ++h)
              for (int c = 0; c < 32; ++c) pieces(begin + t, h, c) = piece(t, h, c);
        }
        if constexpr (std::same_as<T, float>)
          CHECK(relative_error(pieces, whole) <= 1e-6);
        else  // the last bit of float may carry a number over a rounding boundary
          CHECK_CLOSE(pieces, whole, ulps<T>(1) + Tolerance{1e-6, 0});
      }
    }
  }
  SUBCASE("any mask will do: a sliding window") {
    const SlidingWindow window{5};
    check(
        window, [window](Segment s, int i) { return window.visible(s, i); }, {{0, 140, 0, 200, 7}}, 140, 200,
        4, 2, 16);
  }
  SUBCASE("out may be q, and all may be heads inside wider matrices") {
    const auto q = random({7, 4, 6}, 1), keys = random({9, 2, 6}, 2), values = random({9, 2, 6}, 3);
    const std::vector<Segment> segments{{0, 7, 0, 9, 0}};
    const auto expected = run(CausalMask{}, segments, q, keys, values, 0.4);
    auto in_place = bench.copy(q);
    attend(bench.on, CausalMask{}, bench.list(segments), in_place, bench.copy(keys), bench.copy(values), 0.4f,
           in_place);
    CHECK_SAME(bench.read(in_place), expected);

    auto wide = bench.empty({7, 30});
    const auto out = split_last(columns(wide, 4, 24), 4, 6);
    attend(bench.on, CausalMask{}, bench.list(segments), bench.copy_with_gaps(q), bench.copy_with_gaps(keys),
           bench.copy_with_gaps(values), 0.4f, out);
    CHECK_SAME(bench.read(out), expected);
    CHECK(untouched_outside(bench.read(wide), 4, 24));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto q = bench.full({2, 4, 8}, 1), kv = bench.full({3, 2, 8}, 1);
    const auto segments = bench.list(std::vector<Segment>{{0, 2, 0, 3, 0}});
    const auto attempt = [&](auto q, auto keys, auto values, auto out) {
      attend(bench.on, FullMask{}, segments, q, keys, values, 1.0f, out);
    };
    CHECK_REFUSES(attempt(q, bench.full({3, 2, 7}, 1), kv, q), "keys is [3, 2, 7], should be [3, 2, 8]");
    CHECK_REFUSES(attempt(q, kv, bench.full({2, 2, 8}, 1), q), "values is [2, 2, 8], should be [3, 2, 8]");
    CHECK_REFUSES(attempt(q, kv, kv, bench.full({2, 2, 8}, 1)), "out is [2, 2, 8], should be [2, 4, 8]");
    auto three = bench.full({3, 3, 8}, 1), none = bench.full({3, 0, 8}, 1);
    CHECK_REFUSES(attempt(q, three, three, q), "heads is not a multiple of kv_heads");
    CHECK_REFUSES(attempt(q, none, none, q), "heads is not a multiple of kv_heads");
    auto gaps = q;
    gaps.stride[2] = 2;
    CHECK_REFUSES(attempt(gaps, kv, kv, q), "q has gaps");
    CHECK_REFUSES(attempt(q, kv, kv, gaps), "out has gaps");
  }
}

}  // namespace qwen3vl::test
