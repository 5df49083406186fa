#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <qwen3vl/ops/choose.hpp>
#include <qwen3vl/ops/sampling/penalised.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// A second opinion: full sorts, and sums in long double.
inline int choose_by_sorting(const Numbers<1>& logits, const SamplingOptions& options, double u,
                             const std::vector<int>& uses) {
  struct Token {
    int id;
    float score;
    long double weight;
  };
  std::vector<Token> tokens;
  for (std::int64_t i = 0; i < logits.shape[0]; ++i) {
    const auto score = static_cast<float>(logits(i));
    const float l = uses.empty() ? score : penalised(score, uses[static_cast<std::size_t>(i)], options);
    if (!(l < std::numeric_limits<float>::infinity())) return -1;
    if (l > -std::numeric_limits<float>::infinity()) tokens.push_back({static_cast<int>(i), l, 0});
  }
  if (tokens.empty()) return -1;
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](const Token& a, const Token& b) { return a.score > b.score; });
  if (options.greedy()) return tokens.front().id;
  if (const auto k = static_cast<std::size_t>(options.top_k); k > 0 && k < tokens.size()) {
    const float least = tokens[k - 1].score;
    std::erase_if(tokens, [&](const Token& token) { return token.score < least; });
  }
  long double all = 0;
  for (Token& token : tokens) {
    token.weight = std::exp((static_cast<double>(token.score) - static_cast<double>(tokens[0].score)) /
                            options.temperature);
    all += token.weight;
  }
  if (options.top_p < 1) {
    long double sum = 0;
    std::size_t kept = 0;
    while (kept < tokens.size() && (kept == 0 || sum < options.top_p * all)) sum += tokens[kept++].weight;
    tokens.resize(kept);
  }
  std::erase_if(tokens, [&](const Token& token) { return token.weight < options.min_p; });
  std::sort(tokens.begin(), tokens.end(), [](const Token& a, const Token& b) { return a.id < b.id; });
  all = 0;
  for (const Token& token : tokens) all += token.weight;
  long double sum = 0;
  for (const Token& token : tokens)
    if ((sum += token.weight) > u * all) return token.id;
  return tokens.back().id;
}

/// What choose promises on every backend. Logits are floats.
template <class Bench> void choose_cases(Bench& bench) {
  using On = typename Bench::On;
  using Space = typename Bench::Space;
  using List = std::vector<int>;
  constexpr double infinity = std::numeric_limits<double>::infinity();

  /// Draws with all of `us`, one after the other, and the second opinion's. `uses` is what they leave of it.
  const auto chosen = [&](const Numbers<1>& logits, const SamplingOptions& options,
                          const std::vector<double>& us, List* uses = nullptr) {
    ChoiceMemory<On> memory(bench.on, options, logits.shape[0]);
    const auto on_backend = bench.copy(logits);
    const View<int, 1, Space> id(const_cast<int*>(bench.list(List{-7}).data), {1});
    View<int, 1, Space> counts{};
    if (uses) {
      const auto list = bench.list(*uses);
      counts = {const_cast<int*>(list.data), {list.shape[0]}};
    }
    List ids;
    for (const double u : us) {
      choose(bench.on, memory, on_backend, options, u, counts, id);
      ids.push_back(bench.read_list(id)[0]);
    }
    if (uses) *uses = bench.read_list(counts);
    return ids;
  };
  const auto agrees = [&](const Numbers<1>& logits, const SamplingOptions& options,
                          const std::vector<double>& us, List uses = {}) {
    CAPTURE(logits.shape[0]);
    CAPTURE(options.temperature);
    CAPTURE(options.top_k);
    CAPTURE(options.top_p);
    CAPTURE(options.min_p);
    const bool counts = !uses.empty();
    List left = uses, expected;
    const List got = chosen(logits, options, us, counts ? &left : nullptr);
    for (const double u : us) {
      expected.push_back(choose_by_sorting(logits, options, u, uses));
      if (counts && expected.back() >= 0 && options.penalises()) {
        int& used = uses[static_cast<std::size_t>(expected.back())];
        used = used_again(used);
      }
    }
    CHECK(got == expected);
    CHECK(left == uses);
  };
  std::mt19937_64 engine(7);
  const auto uniform = [&](int count) {
    std::vector<double> us;
    for (int i = 0; i < count; ++i) us.push_back(static_cast<double>(engine() >> 11) * 0x1p-53);
    return us;
  };
  const std::vector<double> edges{0, 0.5, 1 - 0x1p-53};

  SUBCASE("every option by itself, at sizes odd and even") {
    for (const std::int64_t vocab : {1, 2, 3, 64, 511, 513, 1024, 2049, 5003}) {
      const auto logits = random({vocab}, static_cast<std::uint64_t>(vocab), 6);
      for (const SamplingOptions& options :
           {SamplingOptions{}, SamplingOptions{.temperature = 0}, SamplingOptions{.temperature = 0.3},
            SamplingOptions{.temperature = 5}, SamplingOptions{.top_k = 1}, SamplingOptions{.top_k = 20},
            SamplingOptions{.top_k = 1000000}, SamplingOptions{.top_p = 0}, SamplingOptions{.top_p = 0.5},
            SamplingOptions{.top_p = 0.999}, SamplingOptions{.min_p = 0.2}, SamplingOptions{.min_p = 1}})
        agrees(logits, options, uniform(4));
    }
  }
  SUBCASE("all options together, with a real vocabulary") {
    auto logits = random({151936}, 1, 4);
    for (int i = 0; i < 40; ++i) logits(std::int64_t(i) * 3797) += 10;
    agrees(logits, {.temperature = 0.7, .top_k = 20, .top_p = 0.8}, uniform(3));
    agrees(logits, {.temperature = 1.3, .top_p = 0.95, .min_p = 0.01}, uniform(3));
    agrees(logits, {.temperature = 1.5}, uniform(2));
    agrees(logits, {.temperature = 0}, edges);
  }
  SUBCASE("logits of bf16: the best ones tie") {
    const auto logits = rounded<bf16>(random({20011}, 3, 5));
    agrees(logits, {.temperature = 2, .top_k = 50, .top_p = 0.9}, uniform(4));
    agrees(logits, {.temperature = 2, .top_p = 0.3}, uniform(4));
    agrees(logits, {.top_k = 700, .min_p = 0.05}, uniform(4));
  }
  SUBCASE("ties") {
    CHECK(chosen(Numbers<1>({4}, {1, 3, 3, 0}), {.temperature = 0}, edges) == List{1, 1, 1});
    CHECK(chosen(Numbers<1>({4}, {1, 3, 3, 0}), {.top_k = 1}, {0, 0.49, 0.5, 0.99}) == List{1, 1, 2, 2});
    CHECK(chosen(Numbers<1>({4}, {1, 3, 3, 0}), {.top_p = 0}, edges) == List{1, 1, 1});
    CHECK(chosen(Numbers<1>({4}, 0.0), {.top_p = 0.5}, {0, 0.49, 0.5, 0.99}) == List{0, 0, 1, 1});
    CHECK(chosen(Numbers<1>({4}, {-0.0, 0, -0.0, -1}), {.top_k = 2}, {0.1, 0.5, 0.9}) == List{0, 1, 2});
  }
  SUBCASE("all logits equal") {
    for (const std::int64_t vocab : {8, 4096, 6000}) {
      const Numbers<1> logits({vocab}, -1.5);
      agrees(logits, {}, edges);
      agrees(logits, {.top_k = 3, .top_p = 0.25}, edges);
      agrees(logits, {.temperature = 0.1, .top_p = 0.5, .min_p = 1}, edges);
    }
  }
  SUBCASE("the ends of u, p and T") {
    const auto logits = random({3000}, 5, 3);
    for (const double p : {0.0, 1e-300, 1e-9, 0.5, 1 - 0x1p-53, 1.0})
      for (const double temperature : {1e-300, 1e-6, 1.0, 3e38})
        agrees(logits, {.temperature = temperature, .top_p = p, .min_p = 1e-12}, edges);
  }
  SUBCASE("impossible tokens are never chosen") {
    Numbers<1> logits({3001}, -infinity);
    for (const std::int64_t i : {17, 1030, 2999}) logits(i) = -1e30;
    CHECK(chosen(logits, {}, {0, 0.4, 1 - 0x1p-53}) == List{17, 1030, 2999});
    CHECK(chosen(logits, {.temperature = 0.7, .top_k = 10, .top_p = 0.9}, {0, 0.4, 0.99}) ==
          List{17, 1030, 2999});
    logits(17) = 0;
    CHECK(chosen(logits, {}, edges) == List{17, 17, 17});
  }
  SUBCASE("penalties, and that what was chosen is remembered") {
    const SamplingOptions strict{.temperature = 0, .frequency_penalty = 1};
    List uses{0, 0};
    CHECK(chosen(Numbers<1>({2}, {2.5, 0}), strict, {0, 0, 0, 0, 0}, &uses) == List{0, 0, 0, 1, 0});
    CHECK(uses == List{5, 2});
    uses = {1, 0, 0};  // of the prompt: 4/2, 3, 2.5
    CHECK(chosen(Numbers<1>({3}, {4, 3, 2.5}), {.temperature = 0, .repetition_penalty = 2}, {0, 0}, &uses) ==
          List{1, 2});
    CHECK(uses == List{1, 2, 2});
    for (const std::int64_t vocab : {3, 700, 3001}) {
      List seen(static_cast<std::size_t>(vocab) + 5);
      for (std::size_t i = 0; i < seen.size(); i += 3) seen[i] = static_cast<int>(i % 4);
      agrees(random({vocab}, 6, 4),
             {.temperature = 0.9,
              .top_k = 40,
              .top_p = 0.95,
              .min_p = 0.01,
              .repetition_penalty = 1.25,
              .presence_penalty = 0.5,
              .frequency_penalty = 0.25},
             uniform(12), seen);
      agrees(random({vocab}, 6, 4), {.presence_penalty = -1.5}, uniform(6), seen);
      agrees(random({vocab}, 6, 4), {.temperature = 0, .repetition_penalty = 1.05}, uniform(6), seen);
    }
  }
  SUBCASE("the same memory serves again and again, and other sizes") {
    ChoiceMemory<On> memory(bench.on, SamplingOptions{.top_p = 0.9}, 5000);
    const View<int, 1, Space> id(const_cast<int*>(bench.list(List{-7}).data), {1});
    for (const std::int64_t vocab : {5000, 1, 1500, 5000}) {
      const auto logits = random({vocab}, static_cast<std::uint64_t>(vocab), 3);
      const double u = uniform(1)[0];
      choose(bench.on, memory, bench.copy(logits), {.top_k = 100, .top_p = 0.9}, u, View<int, 1, Space>{},
             id);
      CHECK(bench.read_list(id)[0] == choose_by_sorting(logits, {.top_k = 100, .top_p = 0.9}, u, {}));
    }
  }
  SUBCASE(
      "no answer where a logit is no number or infinite, or none is possible; and then the next is right") {
    ChoiceMemory<On> memory(bench.on, SamplingOptions{.top_p = 0.9}, 2000);
    const View<int, 1, Space> id(const_cast<int*>(bench.list(List{-7}).data), {1});
    const auto one = [&](double value, double others) {
      Numbers<1> logits({2000}, others);
      logits(1999) = value;
      choose(bench.on, memory, bench.copy(logits), {.top_k = 5, .top_p = 0.9}, 0.5, View<int, 1, Space>{},
             id);
      return bench.read_list(id)[0];
    };
    CHECK(one(not_a_number, 0) == -1);
    CHECK(one(infinity, 0) == -1);
    CHECK(one(-infinity, -infinity) == -1);
    CHECK(one(80, 0) == 1999);
    List uses{0, 1, 0};
    CHECK(chosen(Numbers<1>({3}, {0, -1, -3e38}), {.repetition_penalty = 2, .presence_penalty = -3e38}, {0.5},
                 &uses) == List{0});
    uses = {2, 2, 0};
    CHECK(chosen(Numbers<1>({3}, {3e38, 0, 0}), {.presence_penalty = -3e38}, {0.5}, &uses) == List{-1});
    CHECK(uses == List{2, 2, 0});
  }
  SUBCASE("refuses what does not fit, and says so") {
    const auto list = bench.list(List{0, 0});
    const View<int, 1, Space> id(const_cast<int*>(list.data), {1}), two(const_cast<int*>(list.data), {2});
    const SamplingOptions plain{}, strict{.presence_penalty = 1};
    ChoiceMemory<On> memory(bench.on, strict, 3);
    const auto logits = bench.full({3}, 1);
    CHECK_REFUSES(choose(bench.on, memory, logits, plain, 0.5, View<int, 1, Space>{}, two),
                  "chosen is [2], should be [1]");
    CHECK_REFUSES(choose(bench.on, memory, logits, strict, 0.5, two, id), "the uses of every token");
    CHECK_REFUSES(choose(bench.on, memory, logits, plain, 1, two, id), "u is not in [0, 1)");
    CHECK_REFUSES(choose(bench.on, memory, bench.full({0}, 1), plain, 0, two, id), "there are no logits");
  }
}

}  // namespace qwen3vl::test
