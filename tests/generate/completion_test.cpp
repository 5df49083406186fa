#include "fake_decoder.hpp"

#include <doctest/doctest.h>

#include <qwen3vl/generate/completion.hpp>

using namespace qwen3vl;

namespace {

Completion<FakeDecoder> completion(StopRules rules) { return {FakeDecoder{}, rules}; }

}  // namespace

TEST_CASE("text and ids of an answer that a stop id ends") {
  auto answer = completion({.stop_ids = {7, end_of_turn}});
  CHECK(answer.push('H') == "H");
  CHECK(answer.push('i') == "i");
  CHECK_FALSE(answer.finished());
  CHECK(answer.push(end_of_turn) == "");
  CHECK(answer.finished());
  CHECK(answer.reason() == StopReason::stop_id);
  CHECK(answer.text() == "Hi");
  CHECK(std::vector(answer.ids().begin(), answer.ids().end()) ==
        std::vector<std::int32_t>{'H', 'i', end_of_turn});
}
TEST_CASE("a stop id releases what a stop string held back") {
  auto answer = completion({.stop_ids = {end_of_turn}, .stop_strings = {"##"}});
  CHECK(answer.push('a') == "a");
  CHECK(answer.push('#') == "");
  CHECK(answer.push(end_of_turn) == "#");
  CHECK(answer.text() == "a#");
}
TEST_CASE("a stop string across tokens is no part of the text") {
  auto answer = completion({.stop_strings = {"##"}});
  for (const char c : std::string("a#b#")) answer.push(c);
  CHECK(answer.text() == "a#b");
  CHECK(answer.push('#') == "");
  CHECK(answer.reason() == StopReason::stop_string);
  CHECK(answer.text() == "a#b");
  CHECK(answer.ids().size() == 5);
}
TEST_CASE("the last token of the length brings what was held back") {
  auto answer = completion({.stop_strings = {"##"}, .max_new_tokens = 2});
  CHECK(answer.push('a') == "a");
  CHECK(answer.push('#') == "#");
  CHECK(answer.reason() == StopReason::length);
}
TEST_CASE("half a character is held back, and becomes U+FFFD at the end") {
  auto answer = completion({.max_new_tokens = 3});
  CHECK(answer.push(0xC3) == "");
  CHECK(answer.push(0xA9) == "é");
  CHECK(answer.push(0xC3) == "\uFFFD");
  CHECK(answer.text() == "é\uFFFD");
}
TEST_CASE("a stop id or string wins over the length") {
  auto by_id = completion({.stop_ids = {end_of_turn}, .max_new_tokens = 1});
  by_id.push(end_of_turn);
  CHECK(by_id.reason() == StopReason::stop_id);
  auto by_string = completion({.stop_strings = {"#"}, .max_new_tokens = 1});
  by_string.push('#');
  CHECK(by_string.reason() == StopReason::stop_string);
}
TEST_CASE("context full: one token more than the model can read") {
  auto answer = completion({.context_room = 2});
  answer.push('a');
  answer.push('b');
  CHECK_FALSE(answer.finished());
  answer.push('c');
  CHECK(answer.reason() == StopReason::context_full);
  CHECK(answer.text() == "abc");
}
TEST_CASE("a length of zero is an answer without tokens") {
  const auto answer = completion({.max_new_tokens = 0});
  CHECK(answer.finished());
  CHECK(answer.reason() == StopReason::length);
  CHECK(answer.text() == "");
  CHECK(answer.ids().empty());
}
TEST_CASE("cancelling releases what was held back, once") {
  auto answer = completion({.stop_strings = {"##"}});
  answer.push('#');
  CHECK(answer.cancel() == "#");
  CHECK(answer.cancel() == "");
  CHECK(answer.reason() == StopReason::cancelled);
  CHECK(answer.text() == "#");
}
TEST_CASE("a finished answer stays what it is") {
  auto answer = completion({.max_new_tokens = 1});
  answer.push('a');
  CHECK(answer.cancel() == "");
  CHECK(answer.reason() == StopReason::length);
  CHECK_THROWS_WITH_AS(answer.push('b'), doctest::Contains("the answer has ended"), Error);
  CHECK(answer.text() == "a");
}
TEST_CASE("rules that make no sense are refused") {
  CHECK_THROWS_WITH_AS(completion({.max_new_tokens = -1}), doctest::Contains("max_new_tokens is -1"), Error);
  CHECK_THROWS_WITH_AS(completion({.context_room = -1}), doctest::Contains("context_room is -1"), Error);
  CHECK_THROWS_WITH_AS(completion({.stop_strings = {""}}), doctest::Contains("empty"), Error);
}
TEST_CASE("every reason has a name") {
  CHECK(std::string(to_string(StopReason::stop_id)) == "stop_id");
  CHECK(std::string(to_string(StopReason::cancelled)) == "cancelled");
  CHECK(std::string(to_string(StopReason::none)) == "none");
}
