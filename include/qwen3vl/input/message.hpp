#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A conversation, typed. input/messages.hpp reads one from JSON, input/chat_template.hpp turns it into
/// the prompt's text.
///
///   Message{Role::user, {image_part("cat.png"), text_part("What is it?")}}
namespace qwen3vl {

/// What a part asks of the picture or video it names; empty members leave it to the model's settings.
/// The names are those of the messages' JSON.
struct MediaOptions {
  std::optional<std::int64_t> min_pixels, max_pixels;         // area of an image or frame, pixels
  std::optional<std::int64_t> total_pixels;                   // area of all frames together, pixels
  std::optional<std::int64_t> resized_height, resized_width;  // pixels
  std::optional<double> fps;                                  // frames taken per second of video
  std::optional<std::int64_t> nframes, min_frames, max_frames;
  std::optional<double> video_start, video_end;  // seconds
  // Of a video given as a list of frames: how many of it are a second, 2 when not said; and how many were before a
  // choice among them was made, sample_fps when not said. As in qwen-vl-utils, times go by the second.
  std::optional<double> sample_fps, raw_fps;
  friend bool operator==(const MediaOptions&, const MediaOptions&) = default;
};

struct Part {
  enum class Kind {
    text,
    image,
    video,
    other,  // unknown to the templates, which print nothing for it
  };
  Kind kind = Kind::text;
  std::string text;                 // an image or video may carry text too: see chat_template.hpp
  std::string source;               // of an image or video: path or address; empty when given elsewhere
  std::vector<std::string> frames;  // of a video that is a list of pictures, instead of `source`
  MediaOptions options;
  friend bool operator==(const Part&, const Part&) = default;
};

inline Part text_part(std::string text) { return {Part::Kind::text, std::move(text), {}, {}, {}}; }
inline Part image_part(std::string source = {}, MediaOptions options = {}) {
  return {Part::Kind::image, {}, std::move(source), {}, std::move(options)};
}
inline Part video_part(std::string source = {}, MediaOptions options = {}) {
  return {Part::Kind::video, {}, std::move(source), {}, std::move(options)};
}

/// A function that the assistant called.
struct ToolCall {
  std::string name;
  std::string arguments;  // JSON text, printed as it is
  friend bool operator==(const ToolCall&, const ToolCall&) = default;
};

enum class Role { system, user, assistant, tool };

constexpr std::string_view to_string(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "tool";
  }
  return "?";
}

struct Message {
  Role role = Role::user;
  std::vector<Part> content;  // empty for the JSON string ""
  std::vector<ToolCall> tool_calls;
  std::optional<std::string> reasoning_content;
  friend bool operator==(const Message&, const Message&) = default;
};

/// A message of text alone.
inline Message text_message(Role role, std::string text) {
  Message message{role, {}, {}, {}};
  if (!text.empty()) message.content.push_back(text_part(std::move(text)));
  return message;
}

struct Conversation {
  std::vector<Message> messages;
  std::vector<std::string> tools;  // one function signature each: JSON on one line, printed as it is
};

}  // namespace qwen3vl
