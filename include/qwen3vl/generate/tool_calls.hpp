#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/input/message.hpp>
#include <qwen3vl/input/python_json.hpp>
#include <qwen3vl/io/loose_json.hpp>

namespace qwen3vl {

/// An answer's text and the functions it calls.
struct AnswerParts {
  std::string content;  // before the first call, without the newlines at its end
  std::vector<ToolCall> tool_calls;
  bool cut_off = false;  // the last call was begun and not ended: it is not among them
};

/// Finds the calls that the chat template asks for:
///
///   <tool_call>
///   {"name": "computer_use", "arguments": {"action": "left_click", "coordinate": [500, 300]}}
///   </tool_call>
///
/// also as {"function": {…}}, with "parameters" for "arguments", and in JSON as loose as
/// io/loose_json.hpp takes it. A call whose JSON does not reach its last bracket is no call: half of the
/// arguments might do something else than all of them. Nothing throws.
///
///   Message{Role::assistant, {text_part(parts.content)}, parts.tool_calls, {}}      goes on with it
inline AnswerParts find_tool_calls(std::string_view answer) {
  constexpr std::string_view open = "<tool_call>", close = "</tool_call>";
  AnswerParts parts;
  std::size_t at = answer.find(open);
  std::string_view content = answer.substr(0, at);
  while (at != answer.npos && content.ends_with('\n')) content.remove_suffix(1);
  parts.content = content;
  while (at != answer.npos) {
    at += open.size();
    const std::size_t end = std::min(answer.find(open, at), answer.size());
    std::size_t begin = answer.find('{', at);
    parts.cut_off = begin >= end && answer.substr(at, end - at).find(close) == answer.npos;
    if (begin < end) {
      LooseJson call = read_loose_json(answer, begin);
      parts.cut_off = !call.whole;
      const OrderedJson* json = &call.value;
      if (const auto it = json->find("function"); it != json->end() && it->is_object()) json = &*it;
      const auto name = json->find("name");
      auto arguments = json->find("arguments");
      if (arguments == json->end()) arguments = json->find("parameters");
      if (call.whole && name != json->end() && name->is_string()) {
        const bool text = arguments != json->end() && arguments->is_string();
        parts.tool_calls.push_back({name->get<std::string>(), arguments == json->end() ? "{}"
                                                              : text ? arguments->get<std::string>()
                                                                     : to_python_json(*arguments)});
      }
      at = begin;
    }
    at = answer.find(open, at);
  }
  return parts;
}

}  // namespace qwen3vl
