#include <qwen3vl/io/json_get.hpp>

#include <doctest/doctest.h>

using namespace qwen3vl;
using doctest::Contains;

TEST_CASE("members of a JSON object by type") {
  const Json json =
      parse_json(R"({"n": 7, "big": 5000000000, "x": 1e-6, "on": true, "name": "silu", "none": null,
                                   "list": [1, 2], "words": ["a"], "floats": [0.5, 1], "inner": {"n": -1}})",
                 "c.json");
  CHECK(get_int(json, "n", "c.json") == 7);
  CHECK(get_int64(json, "big", "c.json") == 5'000'000'000);
  CHECK(get_double(json, "x", "c.json") == 1e-6);
  CHECK(get_double(json, "n", "c.json") == 7.0);
  CHECK(get_bool(json, "on", "c.json"));
  CHECK(get_string(json, "name", "c.json") == "silu");
  CHECK(get_ints(json, "list", "c.json") == std::vector<int>{1, 2});
  CHECK(get_doubles(json, "floats", "c.json") == std::vector<double>{0.5, 1});
  CHECK(get_strings(json, "words", "c.json") == std::vector<std::string>{"a"});
  CHECK(get_int(get_object(json, "inner", "c.json"), "n", member_path("c.json", "inner")) == -1);

  SUBCASE("missing and null give the fallback") {
    CHECK(get_int_or(json, "missing", "c.json", 3) == 3);
    CHECK(get_int_or(json, "none", "c.json", 3) == 3);
    CHECK(get_int_or(json, "n", "c.json", 3) == 7);
    CHECK(get_double_or(json, "none", "c.json", 0.5) == 0.5);
    CHECK(get_bool_or(json, "none", "c.json", true));
    CHECK(get_string_or(json, "none", "c.json", "gelu") == "gelu");
    CHECK(get_ints_or(json, "none", "c.json", {4}) == std::vector<int>{4});
  }
  SUBCASE("one integer or a list of them") {
    CHECK(get_one_or_more_ints(json, "n", "c.json") == std::vector<int>{7});
    CHECK(get_one_or_more_ints(json, "list", "c.json") == std::vector<int>{1, 2});
    CHECK(get_one_or_more_ints(json, "none", "c.json").empty());
  }
  SUBCASE("ordered JSON alike") {
    CHECK(get_int(parse_ordered_json(R"({"n": 7})", "c.json"), "n", "c.json") == 7);
  }
}

TEST_CASE("a member of the wrong kind is refused, naming file and key") {
  const auto json = [](const char* text) { return parse_json(text, "config.json"); };
  const std::string where = "config.json";
  const auto int_of = [&](const char* text) { return get_int(json(text), "n", where, 1, 100); };

  CHECK_THROWS_WITH_AS(int_of(R"({"n": "x"})"), "config.json: n is \"x\", should be an integer", Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": 7.0})"), Contains("n is 7.0, should be an integer"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": 1e1})"), Contains("n is 10.0, should be an integer"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": true})"), Contains("n is true, should be an integer"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": [1]})"), Contains("n is a list of 1, should be an integer"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": 0})"), Contains("n is 0, should be 1 to 100"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": 4294967297})"), Contains("n is 4294967297, should be 1 to 100"),
                       Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": 18446744073709551615})"), Contains("should be 1 to 100"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({})"), Contains("config.json: n is missing"), Error);
  CHECK_THROWS_WITH_AS(int_of(R"({"n": null})"), Contains("n is missing"), Error);
  CHECK_THROWS_WITH_AS(int_of("[]"), Contains("config.json: the JSON is a list of 0, should be an object"),
                       Error);
  CHECK_THROWS_WITH_AS(get_int64(json(R"({"n": 18446744073709551615})"), "n", where), Contains("should be"),
                       Error);
  CHECK_THROWS_WITH_AS(get_double(json(R"({"x": "1"})"), "x", where), Contains("should be a number"), Error);
  CHECK_THROWS_WITH_AS(get_double(json(R"({"x": -1})"), "x", where, 0, 1),
                       Contains("x is -1, should be 0.0 to 1.0"), Error);
  CHECK_THROWS_WITH_AS(get_bool(json(R"({"b": 1})"), "b", where), Contains("should be true or false"), Error);
  CHECK_THROWS_WITH_AS(get_string(json(R"({"s": {}})"), "s", where), Contains("s is an object of 0 keys"),
                       Error);
  CHECK_THROWS_WITH_AS(get_ints(json(R"({"l": [1, "a"]})"), "l", where),
                       Contains("l[1] is \"a\", should be an integer"), Error);
  CHECK_THROWS_WITH_AS(get_ints(json(R"({"l": 1})"), "l", where), Contains("l is 1, should be a list"),
                       Error);

  SUBCASE("inside an object, the path is given") {
    const Json nested = json(R"({"vision_config": {"patch_size": 0}})");
    const Json& vision = get_object(nested, "vision_config", where);
    CHECK_THROWS_WITH_AS(get_int(vision, "patch_size", member_path(where, "vision_config"), 1, 1024),
                         "config.json: vision_config.patch_size is 0, should be 1 to 1024", Error);
    CHECK(member_path(member_path(where, "a"), "b") == "config.json: a.b");
  }
  SUBCASE("values are printed without their control characters, and short") {
    const std::string message = [&] {
      try {
        get_int(Json{{"n", "\x1b[2J" + std::string(1000, 'x')}}, "n", where);
      } catch (const Error& error) {
        return std::string(error.what());
      }
      return std::string();
    }();
    CHECK(message.find('\x1b') == std::string::npos);
    CHECK(message.size() < 200);
  }
}
