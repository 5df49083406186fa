#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/chat_template.hpp>
#include <qwen3vl/input/messages.hpp>
#include <qwen3vl/input/placeholders.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>

#include "golden_tokenizer.hpp"

using namespace qwen3vl;

namespace {

std::string times(const std::string& text, int count) {
  std::string out;
  while (count-- > 0) out += text;
  return out;
}

const std::string image = "<|vision_start|><|image_pad|><|vision_end|>";
const std::string video = "<|vision_start|><|video_pad|><|vision_end|>";

/// The golden file writes eight equal pads as "PADx8 ".
std::string shortened(std::string text) {
  for (const std::string pad : {"<|image_pad|>", "<|video_pad|>"})
    for (std::size_t at = 0; (at = text.find(times(pad, 8), at)) != text.npos; at += pad.size() + 3)
      text.replace(at, 8 * pad.size(), pad + "x8 ");
  return text;
}

}  // namespace

TEST_CASE("placeholders: the reference's complete runs, from messages to ids and from ids to text") {
  int runs = 0;
  for (const Json& run : golden::rows("chat/end_to_end.json")) {
    CAPTURE(run["name"].get<std::string>());
    const Conversation chat = parse_conversation(run["messages"].dump(), "run");
    const std::string prompt = render_chat<InstructTemplate>(chat);
    CHECK(prompt == run["prompt"].get<std::string>());

    std::vector<Grid> images;
    std::vector<VideoGrid> videos;
    for (const Json& grid : run["image_grids"]) images.push_back({grid[0], grid[1], grid[2]});
    for (const Json& grid : run["video_grids"])
      videos.push_back({{grid[0], grid[1], grid[2]}, run["timestamps"]});
    const std::string expanded = run["dialect"] == "released"
                                     ? expand_placeholders(prompt, images, videos)
                                     : expand_placeholders<Transformers5Video>(prompt, images, videos);
    CHECK(shortened(expanded) == run["prompt_expanded"].get<std::string>());
    CHECK(golden::encode(expanded) == run["input_ids"].get<std::vector<std::int32_t>>());
    const auto greedy = run["greedy_tokens"].get<std::vector<std::int32_t>>();
    CHECK(decode(golden::tokenizer(), greedy) == run["greedy_text"].get<std::string>());
    ++runs;
  }
  CHECK(runs == 5);
}

TEST_CASE("placeholders: a video in three dialects") {
  const std::vector<VideoGrid> videos{{{2, 4, 4}, {0.05, 13.0 / 60}}};
  const std::string group = "<|vision_start|>" + times("<|video_pad|>", 4) + "<|vision_end|>";
  const std::string groups = "<0.1 seconds>" + group + "<0.2 seconds>" + group;
  CHECK(expand_placeholders("a" + video + "b", {}, videos) == "a" + groups + "b");
  CHECK(expand_placeholders<Transformers5Video>("a" + video + "b", {}, videos) ==
        "a<|vision_start|>" + groups + "<|vision_end|>b");
  CHECK(expand_placeholders<Qwen2Video>("a" + video + "b", {}, videos) ==
        "a<|vision_start|>" + times("<|video_pad|>", 8) + "<|vision_end|>b");
  // Without its markers, the token alone is replaced.
  CHECK(expand_placeholders("a<|video_pad|>b", {}, videos) == "a" + groups + "b");
  CHECK(expand_placeholders("<|vision_start|><|video_pad|>b", {}, videos) ==
        "<|vision_start|>" + groups + "b");
}

TEST_CASE("placeholders: images and videos are taken in the order of their occurrence") {
  const std::vector<Grid> images{{1, 2, 2}, {1, 2, 4}};
  const std::vector<VideoGrid> videos{{{1, 2, 2}, {0}}, {{1, 2, 6}, {1}}};
  CHECK(expand_placeholders(image + video + "<|x" + image + video, images, videos) ==
        image + "<0.0 seconds>" + video +
            "<|x<|vision_start|><|image_pad|><|image_pad|><|vision_end|><1.0 seconds>"
            "<|vision_start|><|video_pad|><|video_pad|><|video_pad|><|vision_end|>");
  CHECK(expand_placeholders("no pads", {}, {}) == "no pads");
  CHECK(expand_placeholders<ReleasedVideo>(image, std::vector<Grid>{{1, 3, 6}}, {}, 3) ==
        "<|vision_start|><|image_pad|><|image_pad|><|vision_end|>");
}

TEST_CASE("placeholders: as many of each as the prompt asks for, or an Error") {
  const std::vector<Grid> images{{1, 2, 2}};
  const std::vector<VideoGrid> videos{{{1, 2, 2}, {0}}};
  CHECK_THROWS_WITH_AS(expand_placeholders(image + image, images, {}),
                       doctest::Contains("2 image placeholders, and 1 images are given"), Error);
  CHECK_THROWS_AS(expand_placeholders("", images, {}), Error);
  CHECK_THROWS_WITH_AS(expand_placeholders(video, {}, {}),
                       doctest::Contains("1 video placeholders, and 0 videos"), Error);
  CHECK_THROWS_AS(expand_placeholders(image, images, videos), Error);
}

TEST_CASE("placeholders: grids and times that cannot be are refused") {
  const auto expand = [](Grid grid, int merge) {
    expand_placeholders(image, std::vector<Grid>{grid}, {}, merge);
  };
  CHECK_THROWS_WITH_AS(expand({1, 3, 2}, 2),
                       doctest::Contains("image 0 has the grid 1 x 3 x 2 at merge size 2"), Error);
  CHECK_THROWS_AS(expand({1, 0, 2}, 2), Error);
  CHECK_THROWS_AS(expand({-1, 2, 2}, 2), Error);
  CHECK_THROWS_AS(expand({1, 2, 2}, 0), Error);
  CHECK_THROWS_AS(expand({1, 2, 2}, -2), Error);
  CHECK_THROWS_AS(expand({2147483646, 2147483646, 2147483646}, 2), Error);
  CHECK_THROWS_AS(expand({32768, 32768, 32768}, 2), Error);
  const auto with_times = [](std::vector<double> seconds) {
    expand_placeholders(video, {}, std::vector<VideoGrid>{{{2, 2, 2}, std::move(seconds)}});
  };
  CHECK_THROWS_WITH_AS(with_times({0}), doctest::Contains("1 timestamps for 2 temporal groups"), Error);
  CHECK_THROWS_AS(with_times({0, std::numeric_limits<double>::infinity()}), Error);
}

TEST_CASE("placeholders of Qwen-VL: a pad of its own, and no clips") {
  const std::vector<Grid> images{{1, 4, 4}, {1, 2, 2}};
  CHECK(
      expand_placeholders<NoVideo>("<img><imgpad></img>\n<<img><imgpad></img><|video_pad|>", images, {}, 2) ==
      "<img><imgpad><imgpad><imgpad><imgpad></img>\n<<img><imgpad></img><|video_pad|>");
  CHECK_THROWS_WITH_AS(expand_placeholders<NoVideo>("<imgpad>", images, {}, 2),
                       doctest::Contains("the prompt has 1 image placeholders, and 2 images are given"),
                       Error);
}
