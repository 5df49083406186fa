#include <qwen3vl/io/json.hpp>

#include <chrono>

#include <doctest/doctest.h>

#include "support.hpp"

using namespace qwen3vl;
using doctest::Contains;

TEST_CASE("JSON text becomes a value") {
  const Json json = parse_json(R"({"b": [1, 2.5, "ü\n", null, true], "a": {}})", "text");
  CHECK(json["b"][0] == 1);
  CHECK(json["b"][2] == "ü\n");
  CHECK(json.dump() == R"({"a":{},"b":[1,2.5,"ü\n",null,true]})");

  SUBCASE("ordered JSON keeps the order of the keys") {
    const OrderedJson ordered = parse_ordered_json(R"({"b": 1, "a": {"z": 1, "y": 2}})", "text");
    CHECK(to_text(ordered, "text", -1) == R"({"b":1,"a":{"z":1,"y":2}})");
  }
  SUBCASE("brackets, colons and quotes inside strings are text") {
    CHECK(parse_json(R"(["{[:,\"", "\\"])", "text")[0] == "{[:,\"");
    CHECK(parse_json(R"({"a:{": 1, "\"b": ":"})", "text").size() == 2);
  }
  SUBCASE("a file") {
    const test::TemporaryFolder folder;
    CHECK(read_json_file(folder.write("a.json", "[3]"))[0] == 3);
    CHECK_THROWS_WITH_AS(read_json_file(folder / "none.json"),
                         Contains("none.json: cannot open: No such file"), Error);
    CHECK_THROWS_WITH_AS(read_json_file(folder.write("b.json", "[1"), 1), Contains("has 2 bytes, at most 1"),
                         Error);
    CHECK_THROWS_WITH_AS(read_json_file(folder / "b.json"), Contains("b.json: not valid JSON: parse error"),
                         Error);
    CHECK_THROWS_WITH_AS(read_json_file(folder.path()), Contains("is a directory"), Error);
  }
}

TEST_CASE("JSON that is wrong is refused, naming the file and the place") {
  const auto refuse = [](const std::string& text, const char* message) {
    CHECK_THROWS_WITH_AS(parse_json(text, "a.json"), Contains(message), Error);
    CHECK_THROWS_WITH_AS(parse_ordered_json(text, "a.json"), Contains(message), Error);
  };
  refuse("", "a.json: not valid JSON: parse error at line 1, column 1");
  refuse("{\"a\": 1,}", "column 9");
  refuse("[1] x", "parse error");
  refuse("[NaN]", "parse error");
  refuse("[1e999]", "number overflow");
  refuse("[\"\xff\"]", "ill-formed UTF-8");
  refuse("[\"\xed\xa0\x80\"]", "ill-formed UTF-8");
  refuse(R"(["\ud800"])", "surrogate");
  refuse(R"({"a": {"b": 1, "c": 2, "b": 3}})", "a.json: JSON object with the key \"b\" twice");
  refuse(R"([{"\u0061": 1, "a": 1}])", "key \"a\" twice");
  refuse(std::string("[\"") + std::string(1 << 20, 'x'), "not valid JSON");  // and the message stays short
  try {
    parse_json(std::string("[\"") + std::string(1 << 20, 'x'), "a.json");
  } catch (const Error& error) {
    CHECK(std::string_view(error.what()).size() < 400);
  }
}

TEST_CASE("JSON that would cost too much is refused before it is parsed") {
  const auto start = std::chrono::steady_clock::now();
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK_THROWS_WITH_AS(parse_json(deep, "deep.json"), Contains("nested deeper than 100 levels, at byte 100"),
                       Error);
  CHECK_NOTHROW(parse_json(std::string(100, '[') + std::string(100, ']'), "deep.json"));

  std::string wide = "[0";
  for (int i = 0; i < 5'000'000; ++i) wide += ",0";
  CHECK_THROWS_WITH_AS(parse_json(wide + "]", "wide.json"), Contains("more than 4194304 values"), Error);

  std::string keys = "{\"k\":0";
  for (int i = 0; i < 100'000; ++i) keys += ",\"" + std::to_string(i) + "\":0";
  CHECK_THROWS_WITH_AS(parse_ordered_json(keys + "}", "keys.json"), Contains("too large to keep in order"),
                       Error);
  CHECK(parse_json(keys + "}", "keys.json").size() == 100'001);  // sorted keys are no trouble
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("JSON is written as text") {
  CHECK(to_text(Json{{"a", {1, 2}}}, "out.json", -1) == R"({"a":[1,2]})");
  CHECK(to_text(Json{{"a", 1}}, "out.json") == "{\n  \"a\": 1\n}");
  CHECK_THROWS_WITH_AS(to_text(Json("\xff"), "out.json"), Contains("out.json: cannot write JSON"), Error);
}
