#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/greedy_on.hpp>
#include <qwen3vl/generate/sampling.hpp>
#include <qwen3vl/generate/sampling_on.hpp>

namespace qwen3vl::test {

/// Logits on a backend, as long as this lives.
template <Backend B> class LogitsOn {
 public:
  LogitsOn(B& on, const std::vector<float>& logits) : memory_(on, logits.size() * sizeof(float)), on_(on) {
    view_ = {reinterpret_cast<float*>(memory_.data()), {static_cast<std::int64_t>(logits.size())}};
    bring(logits);
  }
  void bring(const std::vector<float>& logits) {
    on_.copy_in(view_.data, logits.data(), logits.size() * sizeof(float));
  }
  View<const float, 1, typename B::Space> view() const { return view_; }

 private:
  Buffer<B> memory_;
  B& on_;
  View<float, 1, typename B::Space> view_;
};

/// What GreedyOn and SamplingOn promise on every backend: what Greedy and Sampling do.
template <Backend B> void sampling_on_cases(B& on) {
  using Ids = std::vector<std::int32_t>;
  constexpr float infinity = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN();

  SUBCASE("the same seed gives the same tokens, answer after answer") {
    constexpr std::int32_t vocab = 3001;
    std::vector<float> logits(vocab);
    LogitsOn there(on, logits);
    for (SamplingOptions options :
         {SamplingOptions{}, SamplingOptions{.temperature = 0, .repetition_penalty = 1.05},
          SamplingOptions{.temperature = 0.7, .top_k = 20, .top_p = 0.8, .presence_penalty = 1.5},
          SamplingOptions{.top_k = 0, .top_p = 0.95, .min_p = 0.02, .choose_below = 2500},
          SamplingOptions{
              .temperature = 1.2, .top_k = 100, .repetition_penalty = 1.3, .frequency_penalty = 0.2}}) {
      options.seed = 42;
      CAPTURE(options.top_k);
      Sampling expected(options, vocab);
      SamplingOn sampling(on, options, vocab);
      Random numbers(1);
      for (const Ids& prompt : {Ids{}, Ids{5, 5, 7, 3000}, Ids{1}}) {
        Ids a, b;
        expected.start(prompt), sampling.start(prompt);
        for (int token = 0; token < 12; ++token) {
          for (float& logit : logits) logit = static_cast<float>(8 * numbers.uniform() - 4);
          there.bring(logits);
          a.push_back(expected(logits)), b.push_back(sampling(there.view()));
        }
        CHECK(b == a);
      }
    }
  }
  SUBCASE("greedy: the lowest id on ties") {
    GreedyOn greedy(on);
    const LogitsOn there(on, {1, 3, 3, 0});
    CHECK(greedy(there.view()) == 1);
    CHECK(greedy(there.view()) == 1);
  }
  SUBCASE("refusals are in the same words") {
    GreedyOn greedy(on);
    SamplingOn plain(on, {.top_k = 2}, 3), strict(on, {.presence_penalty = 1, .seed = 1}, 3);
    const auto refuses = [&](const std::vector<float>& logits, const char* words) {
      const LogitsOn there(on, logits);
      CHECK_THROWS_WITH_AS(greedy(there.view()), doctest::Contains(words), Error);
      CHECK_THROWS_WITH_AS(plain(there.view()), doctest::Contains(words), Error);
      CHECK_THROWS_WITH_AS(strict(there.view()), doctest::Contains(words), Error);
    };
    refuses({0, nan, 1}, "token 1 is not a number");
    refuses({infinity, 0, 1}, "token 0 is infinite");
    refuses({-infinity, -infinity, -infinity}, "no token is possible");
    const LogitsOn four(on, std::vector<float>(4));
    CHECK_THROWS_WITH_AS(plain(four.view()), doctest::Contains("4 logits, should be 3"), Error);
    CHECK_THROWS_WITH_AS(strict.start(Ids{3}), doctest::Contains("id 3 is not in the vocabulary of 3"),
                         Error);
    CHECK_THROWS_WITH_AS(SamplingOn(on, {.top_p = 2}, 3), doctest::Contains("top_p is 2"), Error);
    CHECK_THROWS_WITH_AS(SamplingOn(on, {}, 0), doctest::Contains("vocabulary of 0"), Error);
    // a penalty that makes one infinite is told as such
    SamplingOn wild(on, {.temperature = 0, .presence_penalty = -3e38}, 2);
    const LogitsOn large(on, {3e38f, 0});
    CHECK(wild(large.view()) == 0);
    CHECK_THROWS_WITH_AS(wild(large.view()), doctest::Contains("token 0 is infinite"), Error);
  }
}

}  // namespace qwen3vl::test
