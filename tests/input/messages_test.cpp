#include <random>
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/input/chat_template.hpp>
#include <qwen3vl/input/messages.hpp>

#include "golden_tokenizer.hpp"

using namespace qwen3vl;

namespace {
Message one(const std::string& json) {
  return parse_conversation("[" + json + "]", "messages.json").messages.at(0);
}
}  // namespace

TEST_CASE("messages: content as a string or a list") {
  CHECK(one(R"({"role": "user", "content": "Hi"})") == text_message(Role::user, "Hi"));
  CHECK(one(R"({"role": "system", "content": ""})").content.empty());
  const Message message =
      one(R"({"role": "user", "content": [{"type": "text", "text": "a"}, {"text": "b"}, "c"]})");
  CHECK(message.content == std::vector{text_part("a"), text_part("b"), text_part("c")});
}

TEST_CASE("messages: pictures and videos in all their forms") {
  const Message message = one(R"({"role": "user", "content": [
    {"type": "image", "image": "a.png"}, {"image": "b.png"}, {"type": "image_url", "image_url": {"url": "c.png"}},
    {"type": "image_url", "image_url": "d.png"}, {"type": "image"}, {"type": "image", "image": null},
    {"type": "video", "video": "e.mp4"}, {"type": "video_url", "video_url": {"url": "f.mp4"}}, {"type": "video"},
    {"type": "video", "video": ["1.png", "2.png"]}, {"type": "audio", "audio": "g.wav"}]})");
  CHECK(message.content[0] == image_part("a.png"));
  CHECK(message.content[1] == image_part("b.png"));
  CHECK(message.content[2] == image_part("c.png"));
  CHECK(message.content[3] == image_part("d.png"));
  CHECK(message.content[4] == image_part());
  CHECK(message.content[5] == image_part());
  CHECK(message.content[6] == video_part("e.mp4"));
  CHECK(message.content[7] == video_part("f.mp4"));
  CHECK(message.content[8] == video_part());
  CHECK(message.content[9].frames == std::vector<std::string>{"1.png", "2.png"});
  CHECK(message.content[10].kind == Part::Kind::other);
}

TEST_CASE("messages: what a part asks of its picture or video") {
  const MediaOptions options = one(R"({"role": "user", "content": [{"type": "video", "video": "a.mp4",
    "min_pixels": 1024, "max_pixels": 2048, "total_pixels": 4096, "resized_height": 64, "resized_width": 96,
    "fps": 2, "nframes": 8, "min_frames": 4, "max_frames": 768, "video_start": 0, "video_end": 3.5,
    "sample_fps": 1.5, "raw_fps": 24}]})")
                                   .content[0]
                                   .options;
  CHECK(options.min_pixels == 1024);
  CHECK(options.max_pixels == 2048);
  CHECK(options.total_pixels == 4096);
  CHECK(options.resized_height == 64);
  CHECK(options.resized_width == 96);
  CHECK(options.fps == 2.0);
  CHECK(options.nframes == 8);
  CHECK(options.min_frames == 4);
  CHECK(options.max_frames == 768);
  CHECK(options.video_start == 0.0);
  CHECK(options.video_end == 3.5);
  CHECK(options.sample_fps == 1.5);
  CHECK(options.raw_fps == 24);
}

TEST_CASE("messages: a picture whose text is null, as tables write it that give every part all keys") {
  const Message message = one(
      R"({"role": "user", "content": [{"type": "image", "image": "a.png", "text": null, "video": null}]})");
  CHECK(message.content.at(0).kind == Part::Kind::image);
  CHECK(message.content.at(0).source == "a.png");
}

TEST_CASE("messages: tool calls with and without \"function\", arguments as text or object") {
  const Message message = one(R"({"role": "assistant", "content": null, "tool_calls": [
    {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}},
    {"name": "g", "arguments": {"z": 1.0, "a": "é"}}]})");
  CHECK(message.content.empty());
  CHECK(message.tool_calls == std::vector<ToolCall>{{"f", R"({"a":1})"}, {"g", R"({"z": 1.0, "a": "é"})"}});
}

TEST_CASE("messages: an object with messages and tools") {
  const Conversation chat = parse_conversation(
      R"({"messages": [{"role": "user", "content": "x"}], "tools": [{"name": "f", "a": 1e-5}]})",
      "chat.json");
  CHECK(chat.messages.size() == 1);
  CHECK(chat.tools == std::vector<std::string>{R"({"name": "f", "a": 1e-05})"});
}

TEST_CASE("messages: what does not fit is refused, naming message and part") {
  const auto refuses = [](const std::string& json, const char* part) {
    CHECK_THROWS_WITH_AS(parse_conversation(json, "m.json"), doctest::Contains(part), Error);
  };
  refuses("", "not valid JSON");
  refuses("7", "should be an object");
  refuses("{}", "messages is missing");
  refuses(R"([7])", "m.json: messages[0]");
  refuses(R"([{"content": "x"}])", "role is missing");
  refuses(R"([{"role": "robot", "content": "x"}])",
          "role is \"robot\", should be system, user, assistant or tool");
  refuses(R"([{"role": 5, "content": "x"}])", "role is 5");
  refuses(R"([{"role": "user"}])", "messages[0].content is missing");
  refuses(R"([{"role": "user", "content": 5}])", "content is 5, should be a string or a list of parts");
  refuses(R"([{"role": "user", "content": [5]}])", "messages[0].content[0]");
  refuses(R"([{"role": "user", "content": [{"type": "text"}]}])", "content[0].text is missing");
  refuses(R"([{"role": "user", "content": [{"type": "text", "text": null}]}])", "text is missing");
  refuses(R"([{"role": "user", "content": [{"image": 5}]}])", "image is 5");
  refuses(R"([{"role": "user", "content": [{"image_url": {"uri": "x"}}]}])", "url is missing");
  refuses(R"([{"role": "user", "content": [{"image": "x", "max_pixels": -4}]}])", "max_pixels is -4");
  refuses(R"([{"role": "user", "content": [{"image": "x", "max_pixels": "many"}]}])",
          "max_pixels is \"many\"");
  refuses(R"([{"role": "user", "content": [{"video": "x", "fps": 0}]}])", "fps is 0");
  refuses(R"([{"role": "user", "content": [{"video": [1]}]}])", "video[0] is 1");
  refuses(R"([{"role": "assistant", "content": "", "tool_calls": 5}])", "tool_calls is 5, should be a list");
  refuses(R"([{"role": "assistant", "content": "", "tool_calls": [{"name": "f"}]}])",
          "tool_calls[0].arguments is missing");
  refuses(R"([{"role": "assistant", "content": "", "tool_calls": [{"arguments": {}}]}])", "name is missing");
  refuses(R"([{"role": "assistant", "content": "", "reasoning_content": 5}])", "reasoning_content is 5");
  refuses(R"([{"role": "user", "content": "x", "role": "system"}])", "\"role\" twice");
  refuses("[" + std::string(10000, '['), "nested deeper");
  refuses(R"([{"role": "user", "content": [{"image": "x", "min_pixels": 99999999999999999999}]}])",
          "beyond 64 bits");
  CHECK_THROWS_WITH_AS(parse_tools("[5]", "t.json"), doctest::Contains("tools[0]"), Error);
  CHECK_THROWS_WITH_AS(parse_tools("{}", "t.json"), doctest::Contains("should be a list of tools"), Error);
}

TEST_CASE("messages: mutated JSON is read or refused, and what is read can be rendered") {
  const std::string original =
      R"({"messages": [{"role": "system", "content": "S"}, {"role": "user", "content":
    [{"type": "image", "image": "a", "max_pixels": 9}, {"text": "b"}]}, {"role": "assistant", "content": "c",
    "tool_calls": [{"function": {"name": "f", "arguments": {"x": [1, 2.5]}}}], "reasoning_content": "r"},
    {"role": "tool", "content": "t"}], "tools": [{"name": "f"}]})";
  std::mt19937 random(23);
  int read = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string json = original;
    for (std::size_t i = 0, n = 1 + random() % 3; i < n; ++i) {
      const std::size_t at = random() % json.size();
      switch (random() % 3) {
        case 0:
          json[at] = static_cast<char>(random());
          break;
        case 1:
          json.erase(at, random() % 12);
          break;
        default:
          json.insert(at, json.substr(random() % json.size(), random() % 12));
      }
    }
    try {
      const Conversation chat = parse_conversation(json, "m.json");
      render_chat<ThinkingTemplate>(chat);
      render_chat<InstructTemplate>(chat);
      ++read;
    } catch (const Error&) {
    }
  }
  CHECK(read > 100);
}
