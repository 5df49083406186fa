#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/thinking.hpp>

using namespace qwen3vl;

namespace {

void check(const std::string& output, const std::string& reasoning, const std::string& answer) {
  CAPTURE(output);
  const Thoughts whole = split_thinking(output);
  CHECK(whole.reasoning == reasoning);
  CHECK(whole.answer == answer);

  Thoughts bytes;  // the same, byte by byte
  ThinkingSplitter splitter;
  for (const char byte : output) splitter.push({&byte, 1}, bytes);
  splitter.finish(bytes);
  CHECK(bytes.reasoning == reasoning);
  CHECK(bytes.answer == answer);
}

}  // namespace

TEST_CASE("reasoning up to the tag, then the answer") {
  check("So it is 4.\n</think>\n\nIt is 4.", "So it is 4.\n", "It is 4.");
  check("</think>\n\nAt once.", "", "At once.");
}
TEST_CASE("one pair of newlines is dropped, no more and no less") {
  check("a</think>b", "a", "b");
  check("a</think>\nb", "a", "\nb");
  check("a</think>\n\n\nb", "a", "\nb");
  check("a</think>\n\n\n\n", "a", "\n\n");
  check("a</think>\n", "a", "\n");
  check("a</think>\n\n", "a", "");
  check("a</think>", "a", "");
}
TEST_CASE("without the tag all is reasoning") {
  check("I was cut", "I was cut", "");
  check("I was cut</thi", "I was cut</thi", "");
  check("", "", "");
}
TEST_CASE("the first tag counts, a second one is text") {
  check("a</think>b</think>c", "a", "b</think>c");
  check("a<</think>b", "a<", "b");
}
TEST_CASE("streaming: a piece lets out all that is certain") {
  ThinkingSplitter splitter;
  Thoughts parts;
  splitter.push("Let me see</", parts);
  CHECK(parts.reasoning == "Let me see");
  CHECK(splitter.thinking());
  splitter.push("think>\n", parts);
  CHECK_FALSE(splitter.thinking());
  CHECK(parts.answer == "");
  splitter.push("\nYes", parts);
  CHECK(parts.answer == "Yes");
  splitter.push("\n\n", parts);
  CHECK(parts.answer == "Yes\n\n");
}
