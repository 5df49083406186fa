#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <qwen3vl/ops/combine_experts.hpp>
#include <qwen3vl/ops/group_by_expert.hpp>
#include <qwen3vl/ops/grouped_linear.hpp>
#include <qwen3vl/ops/linear.hpp>
#include <qwen3vl/ops/route.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// A matrix of ints on the bench, and back.
template <class Bench>
View<int, 2, typename Bench::Space> int_matrix(Bench& bench, const std::vector<int>& items,
                                               std::int64_t rows) {
  const auto list = bench.list(items);
  const std::int64_t columns = rows > 0 ? static_cast<std::int64_t>(items.size()) / rows : 1;
  return {const_cast<int*>(list.data), {rows, columns}};
}
template <class Bench> std::vector<int> read_ints(Bench& bench, View<int, 2, typename Bench::Space> x) {
  return bench.read_list(View<int, 1, typename Bench::Space>(x.data, {x.size()}));
}

/// What route promises on every backend.
template <class Bench> void route_cases(Bench& bench) {
  using T = typename Bench::Element;

  SUBCASE("softmax over all, the k largest, their shares sum to 1") {
    for (const std::int64_t tokens : {0, 1, 7, 40})
      for (const auto& [experts, k] :
           {std::pair<std::int64_t, std::int64_t>{8, 2}, {128, 8}, {5, 5}, {3, 1}}) {
        const auto logits = rounded<T>(random({tokens, experts}, 3, 4));
        const auto chosen = int_matrix(bench, std::vector<int>(std::size_t(tokens * k), -1), tokens);
        auto chosen_view = chosen;
        chosen_view.shape[1] = k, chosen_view.stride[0] = k;
        auto share = bench.empty({tokens, k});
        route(bench.on, bench.copy(logits), chosen_view, share);
        const auto got = read_ints(bench, chosen_view);
        const auto shares = bench.read(share);
        for (std::int64_t t = 0; t < tokens; ++t) {
          std::vector<int> order(static_cast<std::size_t>(experts));
          std::iota(order.begin(), order.end(), 0);
          std::stable_sort(order.begin(), order.end(),
                           [&](int a, int b) { return logits(t, a) > logits(t, b); });
          order.resize(static_cast<std::size_t>(k));
          std::sort(order.begin(), order.end());
          CHECK(std::vector<int>(got.begin() + t * k, got.begin() + (t + 1) * k) == order);
          double sum = 0;
          for (const int e : order) sum += std::exp(logits(t, e));
          for (std::int64_t j = 0; j < k; ++j)
            CHECK(std::abs(shares(t, j) - std::exp(logits(t, order[j])) / sum) <=
                  (std::is_same_v<T, float> ? 1e-6 : 4e-3));
        }
      }
  }
  SUBCASE("of equal experts the first; logits that would overflow") {
    auto share = bench.empty({2, 2});
    const auto chosen = int_matrix(bench, {-1, -1, -1, -1}, 2);
    route(bench.on, bench.copy(Numbers<2>({2, 4}, {1, 1, 1, 1, 1000, 0, 1000, 1000})), chosen, share);
    CHECK(read_ints(bench, chosen) == std::vector<int>{0, 1, 0, 2});
    CHECK_SAME(bench.read(share), Numbers<2>({2, 2}, 0.5));
  }
  SUBCASE("refuses more experts than there are") {
    auto share = bench.empty({1, 3});
    CHECK_REFUSES(route(bench.on, bench.full({1, 2}, 1), int_matrix(bench, {0, 0, 0}, 1), share),
                  "a token cannot have that many experts");
  }
}

/// What group_by_expert, grouped_linear and combine_experts promise on every backend.
template <class Bench> void grouped_cases(Bench& bench) {
  using T = typename Bench::Element;
  const std::vector<int> visits{2, 4, 0, 2, 2, 4, 0, 4};  // experts 1 and 3 have none

  SUBCASE("sorted by expert, then by token") {
    const auto place = int_matrix(bench, std::vector<int>(8, -1), 4);
    auto token = int_matrix(bench, std::vector<int>(8, -1), 1)[0],
         begin = int_matrix(bench, std::vector<int>(6, -1), 1)[0];
    group_by_expert(bench.on, int_matrix(bench, visits, 4), place, token, begin);
    CHECK(bench.read_list(token) == std::vector<int>{1, 3, 0, 1, 2, 0, 2, 3});
    CHECK(bench.read_list(begin) == std::vector<int>{0, 2, 2, 5, 5, 8});
    CHECK(read_ints(bench, place) == std::vector<int>{2, 5, 0, 3, 4, 6, 1, 7});
  }
  SUBCASE("of many tokens, and of none") {
    for (const auto& [tokens, k, experts] :
         {std::array{5000, 3, 37}, {1500, 8, 128}, {300, 1, 2}, {0, 2, 3}}) {
      std::vector<int> chosen, expected_token, expected_begin, expected_place(std::size_t(tokens * k));
      for (int i = 0; i < tokens * k; ++i)
        chosen.push_back(int(std::uint32_t(i) * 2654435761u >> 16) % experts %
                         (experts - 1));  // the last: none
      for (int e = 0; e < experts; ++e) {
        expected_begin.push_back(int(expected_token.size()));
        for (int i = 0; i < tokens * k; ++i)
          if (chosen[i] == e) {
            expected_place[i] = int(expected_token.size());
            expected_token.push_back(i / k);
          }
      }
      expected_begin.push_back(tokens * k);
      auto pairs = int_matrix(bench, chosen, tokens),
           place = int_matrix(bench, std::vector<int>(chosen.size(), -1), tokens);
      pairs.shape[1] = place.shape[1] = k;
      auto token = int_matrix(bench, std::vector<int>(chosen.size(), -1), 1)[0],
           begin = int_matrix(bench, std::vector<int>(std::size_t(experts + 1), -1), 1)[0];
      group_by_expert(bench.on, pairs, place, token, begin);
      CHECK(bench.read_list(token) == expected_token);
      CHECK(bench.read_list(begin) == expected_begin);
      CHECK(read_ints(bench, place) == expected_place);
    }
  }
  SUBCASE("groups of any size: none, a few rows, all of them") {
    for (const auto& sizes : {std::vector<int>{0, 1, 130, 64, 7}, {200, 0}, {3, 1, 0, 4, 2}, {65}, {0, 0}})
      for (const auto& [in, outputs] :
           {std::pair<std::int64_t, std::int64_t>{70, 131}, {64, 128}, {200, 40}}) {
        const auto experts = static_cast<std::int64_t>(sizes.size());
        std::vector<int> begin{0};
        for (const int n : sizes) begin.push_back(begin.back() + n);
        const std::int64_t rows = begin.back();
        const auto x = rounded<T>(random({rows, in}, 1));
        const auto weights = rounded<T>(random({experts, outputs, in}, 2));
        auto out = bench.empty({rows, outputs});
        grouped_linear(bench.on, bench.copy_with_gaps(x), bench.copy(weights), bench.list(begin), out);
        Numbers<2> expected({rows, outputs}, 0);
        for (std::int64_t e = 0; e < experts; ++e)
          for (std::int64_t r = begin[std::size_t(e)]; r < begin[std::size_t(e) + 1]; ++r)
            for (std::int64_t o = 0; o < outputs; ++o)
              for (std::int64_t i = 0; i < in; ++i) expected(r, o) += x(r, i) * weights(e, o, i);
        CHECK_CLOSE(bench.read(out), expected, ulps<T>(1) + float_sum(in, static_cast<double>(in)));
        auto aligned = bench.empty({rows, outputs});
        grouped_linear(bench.on, bench.copy(x), bench.copy(weights), bench.list(begin), aligned);
        CHECK_CLOSE(bench.read(aligned), expected, ulps<T>(1) + float_sum(in, static_cast<double>(in)));
      }
  }
  SUBCASE("a row is what linear makes of it with its own weight") {
    const auto x = rounded<T>(random({8, 33}, 1));
    auto weights = bench.copy(rounded<T>(random({5, 17, 33}, 2)));
    const auto begin = bench.list(std::vector<int>{0, 2, 2, 5, 5, 8});
    auto out = bench.empty({8, 17}), expected = bench.empty({8, 17});
    const auto on_bench = bench.copy(x);
    grouped_linear(bench.on, on_bench, weights, begin, out);
    const std::vector<int> first{0, 2, 2, 5, 5, 8};
    for (int e = 0; e < 5; ++e)
      if (const int rows = first[e + 1] - first[e])
        linear(bench.on, on_bench.rows(first[e], rows), weights[e], {}, expected.rows(first[e], rows));
    CHECK_SAME(bench.read(out), bench.read(expected));
  }
  SUBCASE("the weighted sum of a token's rows") {
    const auto y = rounded<T>(random({8, 19}, 3)), share = rounded<T>(random({4, 2}, 4));
    const std::vector<int> place{2, 5, 0, 3, 4, 6, 1, 7};
    auto out = bench.empty({4, 19});
    combine_experts(bench.on, bench.copy(y), int_matrix(bench, place, 4), bench.copy(share), out);
    Numbers<2> expected({4, 19}, 0);
    for (int t = 0; t < 4; ++t)
      for (int c = 0; c < 19; ++c)
        for (int j = 0; j < 2; ++j) expected(t, c) += round_to<T>(share(t, j) * y(place[t * 2 + j], c));
    CHECK_CLOSE(bench.read(out), rounded<T>(expected), ulps<T>(1));
  }
  SUBCASE("refuses what does not fit") {
    const auto begin = bench.list(std::vector<int>{0, 1, 2});
    auto out = bench.empty({2, 4});
    CHECK_REFUSES(grouped_linear(bench.on, bench.full({2, 3}, 1), bench.full({3, 4, 3}, 1), begin, out),
                  "begin is [3], should be [4]");
    CHECK_REFUSES(grouped_linear(bench.on, bench.full({2, 3}, 1), bench.full({2, 4, 5}, 1), begin, out),
                  "weight is [2, 4, 5], should be [2, 4, 3]");
    CHECK_REFUSES(combine_experts(bench.on, bench.full({2, 4}, 1), int_matrix(bench, {0, 1}, 2),
                                  bench.full({2, 2}, 1), out),
                  "place is [2, 1], should be [2, 2]");
  }
}

}  // namespace qwen3vl::test
