#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/generate/tool_calls.hpp>
#include <qwen3vl/input/chat_template.hpp>
#include <qwen3vl/input/recognise_template.hpp>

using namespace qwen3vl;

TEST_CASE("tool_calls: golden: two calls after a sentence") {
  const AnswerParts parts = find_tool_calls(
      "Let me check.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1, \"city\": "
      "\"北京\"}}\n</tool_call>\n"
      "<tool_call>\n{\"name\": \"g\", \"arguments\": {\"b\":true,\"c\":[1.0,null]}}\n</tool_call>");
  CHECK(parts.content == "Let me check.");
  CHECK_FALSE(parts.cut_off);
  REQUIRE(parts.tool_calls.size() == 2);
  CHECK(parts.tool_calls[0].name == "f");
  CHECK(parts.tool_calls[0].arguments == R"({"a": 1, "city": "北京"})");
  CHECK(parts.tool_calls[1].name == "g");
  CHECK(parts.tool_calls[1].arguments == R"({"b": true, "c": [1.0, null]})");
}

TEST_CASE("tool_calls: law: the template writes the answer again") {
  const std::string answer =
      "Let me check.\n<tool_call>\n{\"name\": \"f\", \"arguments\": {\"a\": 1}}\n</tool_call>\n"
      "<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>";
  AnswerParts parts = find_tool_calls(answer);
  Conversation chat;
  chat.messages.push_back(text_message(Role::user, "Q"));
  chat.messages.push_back({Role::assistant, {text_part(parts.content)}, parts.tool_calls, {}});
  chat.messages.push_back(text_message(Role::tool, "r"));
  CHECK(render_chat(TemplateKind::instruct, chat, {}).find("assistant\n" + answer + "<|im_end|>") !=
        std::string::npos);
}

TEST_CASE("tool_calls: what models write instead") {
  const auto first = [](const std::string& text) {
    const AnswerParts parts = find_tool_calls("<tool_call>" + text + "</tool_call>");
    return parts.tool_calls.empty() ? "" : parts.tool_calls[0].name + parts.tool_calls[0].arguments;
  };
  CHECK(first("{'name': 'f', 'arguments': {'a': True,},}") == R"(f{"a": true})");
  CHECK(first("```json\n{\"name\": \"f\", \"parameters\": {\"a\": 1}}\n```") == R"(f{"a": 1})");
  CHECK(first("{\"function\": {\"name\": \"f\", \"arguments\": \"{\\\"a\\\": 1}\"}}") == R"(f{"a": 1})");
  CHECK(first("{\"name\": \"f\"}") == "f{}");
  CHECK(first("{\"arguments\": {}}") == "");
  CHECK(first("{\"name\": 7}") == "");
  CHECK(first("") == "");
  CHECK(find_tool_calls("<tool_call>{\"name\": \"f\"}").tool_calls.size() ==
        1);  // the tag at its end is missing
  const AnswerParts none = find_tool_calls("no call, {\"name\": \"f\"}\n");
  CHECK(none.content == "no call, {\"name\": \"f\"}\n");
  CHECK(none.tool_calls.empty());
}

TEST_CASE("tool_calls: edge: what is cut off is no call") {
  const std::string answer =
      "<tool_call>\n{\"name\": \"rm\", \"arguments\": {\"path\": \"/tmp/x\", \"n\": 1}}";
  for (std::size_t size = 11; size < answer.size(); ++size) {
    const AnswerParts parts = find_tool_calls(answer.substr(0, size));
    CAPTURE(size);
    CHECK(parts.cut_off);
    CHECK(parts.tool_calls.empty());
  }
  CHECK_FALSE(find_tool_calls(answer).cut_off);
}

TEST_CASE("tool_calls: refusal: hostile answers end soon") {
  for (const std::string part :
       {"<tool_call>", "<tool_call>{", "<tool_call>{\"name\":", "</tool_call>", "{"}) {
    std::string text = "<tool_call>";
    for (int i = 0; i < 100000; ++i) text += part;
    CHECK(find_tool_calls(text).tool_calls.empty());
  }
}
