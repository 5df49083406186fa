#include "fake_decoder.hpp"

#include <atomic>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/generate.hpp>
#include <qwen3vl/generate/greedy.hpp>
#include <qwen3vl/generate/sampling.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>

using namespace qwen3vl;

namespace {

constexpr std::int32_t vocab = 257;

/// A model that knows one text by heart, and remembers what it was given to read.
struct Parrot {
  std::string text;
  std::vector<float> logits = std::vector<float>(vocab);
  std::vector<std::int32_t> read = {};

  const std::vector<float>& say(std::size_t place) {
    std::fill(logits.begin(), logits.end(), -1.0f);
    logits[place < text.size() ? static_cast<unsigned char>(text[place]) : std::size_t{end_of_turn}] = 1;
    return logits;
  }
  const std::vector<float>& prompt() { return say(0); }
  const std::vector<float>& operator()(std::int32_t id) {
    read.push_back(id);
    return say(read.size());
  }
};

/// What the callback heard, "He|llo|".
struct Listener {
  std::string heard;
  void operator()(std::string_view text, std::int32_t) { heard.append(text).append("|"); }
};

const StopRules until_end{.stop_ids = {end_of_turn}};

}  // namespace

TEST_CASE("the loop: every token is told, then read, up to the stop id") {
  Parrot model{"Hé!"};
  Completion completion(FakeDecoder{}, until_end);
  Greedy greedy;
  Listener listener;
  generate(completion, greedy, model.prompt(), model, listener);
  CHECK(completion.text() == "Hé!");
  CHECK(completion.reason() == StopReason::stop_id);
  CHECK(listener.heard == "H||é|!||");  // the first byte of é has no text yet, the stop id none at all
  CHECK(model.read == std::vector<std::int32_t>{'H', 0xC3, 0xA9, '!'});
  CHECK(completion.ids().size() == 5);
}
TEST_CASE("without a listener, with views, and with a sampler that is a lambda") {
  Parrot model{"abc"};
  Completion completion(FakeDecoder{}, until_end);
  auto sampler = [](std::span<const float> logits) { return argmax(logits); };
  const auto view = [](const std::vector<float>& logits) {
    return View<const float, 1>(logits.data(), {vocab});
  };
  generate(completion, sampler, view(model.prompt()), [&](std::int32_t id) { return view(model(id)); });
  CHECK(completion.text() == "abc");
}
TEST_CASE("a stop string ends the loop") {
  Parrot model{"yes. User: no"};
  Completion completion(FakeDecoder{}, StopRules{.stop_strings = {"User:", "System:"}});
  Greedy greedy;
  Listener listener;
  generate(completion, greedy, model.prompt(), model, listener);
  CHECK(completion.text() == "yes. ");
  CHECK(completion.reason() == StopReason::stop_string);
  CHECK(listener.heard == "y|e|s|.| ||||||");
}
TEST_CASE("lengths: none, one, and as many as there is room for") {
  for (const std::int64_t length : {0, 1, 3}) {
    Parrot model{"abcdef"};
    Completion completion(FakeDecoder{}, StopRules{.max_new_tokens = length});
    Greedy greedy;
    generate(completion, greedy, model.prompt(), model);
    CHECK(completion.text() == std::string("abcdef").substr(0, static_cast<std::size_t>(length)));
    CHECK(completion.reason() == StopReason::length);
    CHECK(model.read.size() ==
          static_cast<std::size_t>(std::max<std::int64_t>(0, length - 1)));  // the last is not read
  }
  Parrot model{"abcdef"};
  Completion completion(FakeDecoder{}, StopRules{.context_room = 2});
  Greedy greedy;
  generate(completion, greedy, model.prompt(), model);
  CHECK(completion.text() == "abc");
  CHECK(model.read.size() == 2);
  CHECK(completion.reason() == StopReason::context_full);
}

TEST_CASE("cancellation, by function, flag and stop token") {
  Greedy greedy;
  const auto run = [&](const auto& cancelled, auto on_token) {
    Parrot model{"abcdef"};
    Completion completion(FakeDecoder{}, until_end);
    generate(completion, greedy, model.prompt(), model, on_token, cancelled);
    return std::pair(completion.text(), completion.reason());
  };
  const auto nothing = [](std::string_view, std::int32_t) {};

  int asked = 0;
  CHECK(run([&] { return ++asked > 2; }, nothing) == std::pair(std::string("ab"), StopReason::cancelled));

  std::atomic<bool> flag{false};
  CHECK(run(&flag, [&](std::string_view text, std::int32_t) { flag = text == "c"; }) ==
        std::pair(std::string("abc"), StopReason::cancelled));
  CHECK(run(&flag, nothing).first == "");  // before the first token
  CHECK(run(static_cast<std::atomic<bool>*>(nullptr), nothing).second == StopReason::stop_id);

  std::stop_source source;
  CHECK(run(source.get_token(), [&](std::string_view, std::int32_t id) {
          if (id == 'd') source.request_stop();
        }) == std::pair(std::string("abcd"), StopReason::cancelled));
}
TEST_CASE("cancellation tells what was held back") {
  Parrot model{"a##"};
  Completion completion(FakeDecoder{}, StopRules{.stop_strings = {"##"}});
  Greedy greedy;
  Listener listener;
  generate(completion, greedy, model.prompt(), model, listener, [&] { return completion.ids().size() == 2; });
  CHECK(listener.heard == "a||#|");
  CHECK(completion.text() == "a#");
}

TEST_CASE("an exception in the callback passes through, and nothing is lost") {
  Parrot model{"abcdef"};
  Completion completion(FakeDecoder{}, until_end);
  Greedy greedy;
  const auto fails_at_c = [](std::string_view text, std::int32_t) {
    if (text == "c") throw std::runtime_error("the pipe is closed");
  };
  CHECK_THROWS_WITH(generate(completion, greedy, model.prompt(), model, fails_at_c), "the pipe is closed");
  CHECK(completion.text() == "abc");
  CHECK(completion.ids().size() == 3);
  CHECK_FALSE(completion.finished());
  // and one can go on from there: the last token has not been read yet
  generate(completion, greedy, model(completion.ids().back()), model);
  CHECK(completion.text() == "abcdef");
}
TEST_CASE("an exception in the model or the sampler passes through as well") {
  Completion completion(FakeDecoder{}, until_end);
  Sampling sampling({.temperature = 0}, vocab);
  Parrot model{"ab"};
  std::vector<float> short_logits(3);
  CHECK_THROWS_WITH_AS(
      generate(
          completion, sampling, model.prompt(), [&](std::int32_t) -> const auto& { return short_logits; }),
      doctest::Contains("3 logits, should be 257"), Error);
  CHECK(completion.text() == "a");
}
template <class T>
concept GivesLogits = requires(T&& logits) {
  as_logits(static_cast<T&&>(logits));
};
static_assert(GivesLogits<const std::vector<float>&> && GivesLogits<View<float, 1>>);
static_assert(!GivesLogits<std::vector<float>>);  // a temporary would be gone before it is read

TEST_CASE("logits with gaps are refused") {
  View<const float, 1> view;
  float numbers[6] = {};
  view.data = numbers;
  view.shape[0] = 3;
  view.stride[0] = 2;
  CHECK_THROWS_WITH_AS(as_logits(view), doctest::Contains("gaps"), Error);
}

TEST_CASE("with the tokenizer's decoder: a character across tokens, control tokens left out") {
  static_assert(TextDecoder<StreamingDecoder>);
  TokenizerData data;
  data.source = "test";
  // " ﬁ" is 20 EF AC 81, here as the tokens 20 EF and AC 81
  std::int64_t id = 0;
  for (const auto& bytes : {std::string(" \xEF"), std::string("\xAC\x81"), std::string("x")}) {
    std::string symbols;
    for (const char byte : bytes) symbols += byte_map.text_of(static_cast<unsigned char>(byte));
    data.symbols.push(symbols);
    data.ids.push_back(id++);
  }
  data.added.push_back({.id = 3, .text = "<|im_end|>", .special = true});
  data.added.push_back({.id = 4, .text = "<|im_start|>", .special = true});
  const Tokenizer tokenizer(data);

  std::vector<std::vector<float>> script;
  for (const std::size_t next : {0u, 1u, 4u, 5u, 2u, 3u}) {  // 5 is a padding row: no token, no text
    script.emplace_back(6, 0.0f);
    script.back()[next] = 1;
  }
  Completion completion(StreamingDecoder(tokenizer, SpecialTokens::skip), StopRules{.stop_ids = {3}});
  Greedy greedy;
  Listener listener;
  std::size_t step = 0;
  generate(
      completion, greedy, script[0], [&](std::int32_t) -> const auto& { return script[++step]; }, listener);
  CHECK(completion.text() == " ﬁx");
  CHECK(listener.heard == " |ﬁ|||x||");
}
