#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/message.hpp>
#include <qwen3vl/input/python_json.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>

/// Messages from JSON, in the form that Qwen's examples and OpenAI's interface share:
///
///   [{"role": "user", "content": [{"type": "image", "image": "cat.png", "max_pixels": 500000},
///                                 {"type": "text", "text": "What is it?"}]}]
///
///   content     a string, or a list of parts; null where the message has tool_calls
///   part        text       "text": "…", or the string alone
///               picture    type "image" or a key "image" or "image_url": "path" or {"url": "…"}
///               video      type "video" or a key "video" or "video_url": the same, or a list of pictures
///               others are kept as Part::Kind::other
///   tool_calls  [{"function": {"name": "f", "arguments": {…} or "text"}}], or without "function"
///
/// The text may be anybody's: what does not fit throws an Error that names message and part.
namespace qwen3vl {

/// "path", {"url": "path"} or null → the path, or "".
inline std::string read_media_source(const OrderedJson& value, const char* key, const std::string& where) {
  if (value.is_null()) return {};
  if (value.is_object()) return get_string(value, "url", member_path(where, key));
  return to_string_member(value, key, where);
}

inline MediaOptions read_media_options(const OrderedJson& part, const std::string& where) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  const auto integer = [&](const char* key, std::optional<std::int64_t>& out) {
    if (find_member(part, key, where)) out = get_int64(part, key, where, 1, most);
  };
  const auto number = [&](const char* key, std::optional<double>& out, double least) {
    if (find_member(part, key, where)) out = get_double(part, key, where, least, 1e12);
  };
  MediaOptions options;
  integer("min_pixels", options.min_pixels);
  integer("max_pixels", options.max_pixels);
  integer("total_pixels", options.total_pixels);
  integer("resized_height", options.resized_height);
  integer("resized_width", options.resized_width);
  integer("nframes", options.nframes);
  integer("min_frames", options.min_frames);
  integer("max_frames", options.max_frames);
  constexpr double positive = std::numeric_limits<double>::min();
  number("fps", options.fps, positive);
  number("sample_fps", options.sample_fps, positive);
  number("raw_fps", options.raw_fps, positive);
  number("video_start", options.video_start, 0);
  number("video_end", options.video_end, 0);
  return options;
}

inline Part read_part(const OrderedJson& json, const std::string& where) {
  if (json.is_string()) return text_part(json.get<std::string>());
  expect_object(json, where);
  const std::string type = get_string_or(json, "type", where, "");
  Part part;
  if (find_member(json, "text", where)) part.text = get_string(json, "text", where);
  const auto read_source = [&](const char* key) {
    if (part.source.empty() && json.contains(key)) part.source = read_media_source(json[key], key, where);
  };
  if (type == "image" || json.contains("image") || json.contains("image_url")) {
    part.kind = Part::Kind::image;
    read_source("image");
    read_source("image_url");
    part.options = read_media_options(json, where);
  } else if (type == "video" || json.contains("video") || json.contains("video_url")) {
    part.kind = Part::Kind::video;
    if (json.contains("video") && json["video"].is_array()) {
      for (const OrderedJson& frame : json["video"])
        part.frames.push_back(
            to_string_member(frame, "video[" + std::to_string(part.frames.size()) + "]", where));
    } else {
      read_source("video");
      read_source("video_url");
    }
    part.options = read_media_options(json, where);
  } else if (!find_member(json, "text", where)) {
    if (type == "text") missing_member(where, "text");
    part.kind = Part::Kind::other;
  }
  return part;
}

inline ToolCall read_tool_call(const OrderedJson& json, const std::string& where) {
  expect_object(json, where);
  const OrderedJson* function = find_member(json, "function", where);
  if (function && function->is_object() && !function->empty())
    return read_tool_call(*function, member_path(where, "function"));
  ToolCall call;
  call.name = get_string(json, "name", where);
  if (!json.contains("arguments")) missing_member(where, "arguments");
  const OrderedJson& arguments = json["arguments"];
  call.arguments = arguments.is_string() ? arguments.get<std::string>() : to_python_json(arguments);
  return call;
}

inline Role read_role(const OrderedJson& message, const std::string& where) {
  const std::string name = get_string(message, "role", where);
  for (const Role role : {Role::system, Role::user, Role::assistant, Role::tool})
    if (name == to_string(role)) return role;
  throw Error(where, "role is " + in_quotes(name, 60) + ", should be system, user, assistant or tool");
}

inline Message read_message(const OrderedJson& json, const std::string& where) {
  expect_object(json, where);
  Message message;
  message.role = read_role(json, where);
  if (const OrderedJson* calls = find_member(json, "tool_calls", where)) {
    if (!calls->is_array()) wrong_member(where, "tool_calls", describe_json(*calls), "a list");
    for (const OrderedJson& call : *calls)
      message.tool_calls.push_back(read_tool_call(
          call, member_path(where, "tool_calls[" + std::to_string(message.tool_calls.size()) + "]")));
  }
  if (find_member(json, "reasoning_content", where))
    message.reasoning_content = get_string(json, "reasoning_content", where);

  const OrderedJson* content = find_member(json, "content", where);
  if (!content) {
    if (message.tool_calls.empty()) missing_member(where, "content");
  } else if (content->is_string()) {
    if (!content->get_ref<const std::string&>().empty())
      message.content.push_back(text_part(content->get<std::string>()));
  } else if (content->is_array()) {
    for (const OrderedJson& part : *content)
      message.content.push_back(
          read_part(part, member_path(where, "content[" + std::to_string(message.content.size()) + "]")));
  } else {
    wrong_member(where, "content", describe_json(*content), "a string or a list of parts");
  }
  return message;
}

inline std::vector<Message> read_messages(const OrderedJson& list, const std::string& where) {
  if (!list.is_array()) throw Error(where, "is " + describe_json(list) + ", should be a list of messages");
  std::vector<Message> messages;
  for (const OrderedJson& message : list)
    messages.push_back(
        read_message(message, member_path(where, "messages[" + std::to_string(messages.size()) + "]")));
  return messages;
}

/// Each function's signature as one line.
inline std::vector<std::string> read_tools(const OrderedJson& list, const std::string& where) {
  if (!list.is_array()) throw Error(where, "is " + describe_json(list) + ", should be a list of tools");
  std::vector<std::string> tools;
  for (const OrderedJson& tool : list) {
    expect_object(tool, member_path(where, "tools[" + std::to_string(tools.size()) + "]"));
    tools.push_back(to_python_json(tool));
  }
  return tools;
}

/// JSON text for the functions below; `where` names it in messages: a file's name, "--messages", …
inline OrderedJson parse_chat_json(std::string_view text, const std::string& where) {
  OrderedJson json = parse_ordered_json(text, where);
  refuse_huge_integers(text, where);
  return json;
}

/// A list of tools, as JSON text.
inline std::vector<std::string> parse_tools(std::string_view text, const std::string& where) {
  return read_tools(parse_chat_json(text, where), where);
}

/// A list of messages, or an object {"messages": […], "tools": […]}, as JSON text.
inline Conversation parse_conversation(std::string_view text, const std::string& where) {
  const OrderedJson json = parse_chat_json(text, where);
  if (json.is_array()) return {read_messages(json, where), {}};
  Conversation chat{read_messages(get_member(json, "messages", where), where), {}};
  if (const OrderedJson* tools = find_member(json, "tools", where)) chat.tools = read_tools(*tools, where);
  return chat;
}

}  // namespace qwen3vl
