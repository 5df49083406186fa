/// The judge of held-out items, on answers written by hand.
#include <string>

#include <doctest/doctest.h>

#include "../../examples/held_out.hpp"
#include "../io/support.hpp"

using namespace held_out;
using qwen3vl::Error;
using qwen3vl::test::TemporaryFolder;

namespace {

Item item(const std::string& metric, const std::string& answer = "") {
  return {metric, "?", answer, {}, {}, {}};
}

}  // namespace

TEST_CASE("judge: letter for letter") {
  for (const char* metric :
       {"attributes", "counting", "reading", "chart", "table", "describe", "compare", "order", "motion"}) {
    CAPTURE(metric);
    CHECK(is_right(item(metric, "a red square"), "a red square"));
    CHECK_FALSE(is_right(item(metric, "a red square"), "a red squar"));
    CHECK_FALSE(is_right(item(metric, "a red square"), "A red square"));
    CHECK_FALSE(is_right(item(metric, "5"), ""));
  }
  CHECK(is_right(item("attributes", "红色"), "红色"));
}

TEST_CASE("judge: grounding: more than half of both boxes in common") {
  Item where = item("grounding");
  where.box = qwen3vl::box_mark({100, 100}, {300, 300});
  CHECK(is_right(where, R"({"bbox_2d": [100, 100, 300, 300]})"));
  CHECK(is_right(where, R"({"bbox_2d": [110, 90, 310, 290], "label": "x"})"));
  CHECK(is_right(where, R"({"bbox_2d": [100, 100, 300, 201]})"));
  CHECK_FALSE(is_right(where, R"({"bbox_2d": [100, 100, 300, 200]})"));  // exactly half
  CHECK_FALSE(is_right(where, R"({"bbox_2d": [500, 500, 700, 700]})"));
  CHECK_FALSE(is_right(where, R"({"bbox_2d": [500, 500, 700, 700]} {"bbox_2d": [100, 100, 300, 300]})"));
  CHECK_FALSE(is_right(where, R"({"point_2d": [200, 200]})"));
  CHECK_FALSE(is_right(where, "in the middle"));
  CHECK_FALSE(is_right(where, ""));
}

TEST_CASE("judge: gui: inside the control") {
  Item click = item("gui");
  click.box = qwen3vl::box_mark({900, 250}, {960, 300});
  CHECK(is_right(click, R"({"action": "click", "coordinate": [931, 276]})"));
  CHECK(is_right(click, R"({"action": "click", "coordinate": [900, 300]})"));
  CHECK_FALSE(is_right(click, R"({"action": "click", "coordinate": [899, 276]})"));
  CHECK_FALSE(is_right(click, R"({"action": "click", "coordinate": [931, 301]})"));
  CHECK_FALSE(is_right(click, R"({"action": "click"})"));
  CHECK_FALSE(is_right(click, R"({"bbox_2d": [900, 250, 960, 300]})"));
}

TEST_CASE("judge: video_time: as many times, in order, each within half a second") {
  CHECK(times_in("a red flash at 2.0 seconds, a blue one at 3.5 seconds and 4 shapes") ==
        std::vector<double>{2.0, 3.5});
  CHECK(times_in("2.5秒有红色闪光，10秒结束") == std::vector<double>{2.5, 10});
  CHECK(times_in("at 2. seconds, 3.x, 1.2.3 seconds, 7") == std::vector<double>{3});
  CHECK(times_in("").empty());
  Item when = item("video_time");
  when.seconds = {2.0, 4.0};
  CHECK(is_right(when, "one at 2.5 seconds and one at 3.5 seconds"));
  CHECK(is_right(when, "2.0秒, 4.0秒"));
  CHECK_FALSE(is_right(when, "one at 2.6 seconds and one at 4.0 seconds"));
  CHECK_FALSE(is_right(when, "one at 4.0 seconds and one at 2.0 seconds"));
  CHECK_FALSE(is_right(when, "one at 2.0 seconds"));
  CHECK_FALSE(is_right(when, "at 2.0 seconds, 4.0 seconds and 5.0 seconds"));
  CHECK_FALSE(is_right(when, "never"));
}

TEST_CASE("items.jsonl: what is read, and what is refused") {
  const TemporaryFolder folder;
  folder.write("items.jsonl",
               "{\"metric\": \"gui\", \"media\": [\"a.png\"], \"prompt\": \"p\", \"answer\": \"x\", \"box\": "
               "[1, 2, 3, 4]}\n"
               "{\"metric\": \"video_time\", \"media\": [\"b.avi\"], \"prompt\": \"q\", \"answer\": \"y\", "
               "\"seconds\": [1.5, 2]}\n"
               "{\"metric\": \"compare\", \"media\": [\"c.png\", \"c_b.png\"], \"prompt\": \"问\", "
               "\"answer\": \"z\"}\n");
  const std::vector<Item> items = read_items(folder.path());
  REQUIRE(items.size() == 3);
  CHECK(items[0].media == std::vector<std::string>{folder / "a.png"});
  CHECK(items[0].box->lower_right.y == 4);
  CHECK(items[1].seconds == std::vector<double>{1.5, 2});
  CHECK(items[2].media.size() == 2);
  CHECK(items[2].prompt == "问");
  CHECK(items[2].answer == "z");

  const auto refuses = [&](const std::string& line, const char* words) {
    folder.write("items.jsonl", "{\"metric\":\"m\",\"media\":[],\"prompt\":\"\",\"answer\":\"\"}\n" + line);
    CHECK_THROWS_WITH_AS(read_items(folder.path()), doctest::Contains(words), Error);
  };
  refuses("{", "items.jsonl, line 2: not valid JSON");
  refuses("{}", "line 2: metric is missing");
  refuses(R"({"metric":"gui","media":[],"prompt":"","answer":""})", "line 2: box is missing");
  refuses(R"({"metric":"grounding","media":[],"prompt":"","answer":"","box":[1,2,3]})", "box has 3 numbers");
  refuses(R"({"metric":"video_time","media":[],"prompt":"","answer":""})", "line 2: seconds is missing");
  CHECK_THROWS_AS(read_items(folder / "nowhere"), Error);
}
