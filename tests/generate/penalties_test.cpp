#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/penalties.hpp>

using namespace qwen3vl;

TEST_CASE("repetition penalty: prompt and answer, once for each id") {
  TokenHistory history(6);
  history.add_prompt(std::vector<std::int32_t>{0, 1, 1, 1});
  history.add_generated(3);
  history.add_generated(3);
  std::vector<float> scores{2, -2, 4, -1, 0, 6};
  repetition_penalty(scores, history, 2);
  CHECK(scores == std::vector<float>{1, -4, 4, -2, 0, 6});  // 0: 2/2   1: −2·2, once   3: −1·2, once
}

TEST_CASE("a score of zero has no sign to push") {
  TokenHistory history(1);
  history.add_generated(0);
  std::vector<float> scores{0};
  repetition_penalty(scores, history, 5);
  CHECK(scores[0] == 0);
}

TEST_CASE("a penalty of 1 changes nothing, one below 1 rewards") {
  TokenHistory history(3);
  history.add_prompt(std::vector<std::int32_t>{0, 1, 2});
  std::vector<float> scores{2, -2, 0.3f};
  repetition_penalty(scores, history, 1);
  CHECK(scores == std::vector<float>{2, -2, 0.3f});
  repetition_penalty(scores, history, 0.5f);
  CHECK(scores == std::vector<float>{4, -1, 0.6f});
}

TEST_CASE("presence and frequency penalty: the answer alone") {
  TokenHistory history(5);
  history.add_prompt(std::vector<std::int32_t>{0, 1, 1});
  for (const std::int32_t id : {1, 2, 2, 2}) history.add_generated(id);
  std::vector<float> scores{1, 1, 1, 1, 1};
  presence_and_frequency_penalty(scores, history, 0.5f, 0.25f);
  CHECK(scores == std::vector<float>{1, 0.25f, -0.25f, 1, 1});  // 1: −0.5 − 0.25   2: −0.5 − 3·0.25
}

TEST_CASE("a cleared history is like a new one") {
  TokenHistory history(4);
  history.add_prompt(std::vector<std::int32_t>{0, 3});
  history.add_generated(2);
  history.clear();
  CHECK(history.distinct().empty());
  for (std::int32_t id = 0; id < 4; ++id) CHECK(history.generated(id) == 0);
  history.add_generated(3);
  CHECK(history.distinct().size() == 1);
  CHECK(history.generated(3) == 1);
}

TEST_CASE("ids beyond the scores are passed over, ids beyond the vocabulary refused") {
  TokenHistory history(4);
  history.add_generated(3);
  std::vector<float> scores{1, 1};
  repetition_penalty(scores, history, 2);
  presence_and_frequency_penalty(scores, history, 1, 1);
  CHECK(scores == std::vector<float>{1, 1});

  CHECK_THROWS_WITH_AS(history.add_generated(4), doctest::Contains("id 4 is not in the vocabulary of 4"),
                       Error);
  CHECK_THROWS_WITH_AS(history.add_prompt(std::vector<std::int32_t>{1, -1}),
                       doctest::Contains("id -1 is not"), Error);
  CHECK_THROWS_WITH_AS(TokenHistory(0), doctest::Contains("vocabulary of 0"), Error);
}
