#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/io/loose_json.hpp>

using namespace qwen3vl;

namespace {

/// What is read from the first bracket on, on one line.
std::string loose(const std::string& text) {
  std::size_t at = text.find_first_of("{[(");
  return read_loose_json(text, at).value.dump();
}

bool whole(const std::string& text) {
  std::size_t at = 0;
  return read_loose_json(text, at).whole;
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("loose_json: law: what is JSON reads as the strict parser reads it") {
  for (const std::string text :
       {R"({"a":[1,-2,0.5,1e3,-0.0],"b":{"c":null,"d":true,"e":false},"":""})", "[]", "{}", "[[[]],{}]",
        R"(["a\"b\\c\/d\b\f\n\r\t","\u00e9\u4e2d\ud83d\ude00","tail \" quote"])", "[ 1 , 2\n,\t3 ]",
        R"(["comma, colon: brackets {}[]","'single'"])", "[9223372036854775807,18446744073709551615]"}) {
    CAPTURE(text);
    CHECK(loose(text) == parse_ordered_json(text, "text").dump());
    CHECK(whole(text));
  }
}

TEST_CASE("loose_json: what models write instead") {
  CHECK(loose("{'a': 'b', \"c\": 'it\\'s'}") == R"({"a":"b","c":"it's"})");
  CHECK(loose("{'who': 'the dog's bowl'}") == R"({"who":"the dog's bowl"})");
  CHECK(loose(R"({"say": "a "big" dog", "n": 1})") == R"({"say":"a \"big\" dog","n":1})");
  CHECK(loose("{a: 1, b = two words , c: True, d: None}") == R"({"a":1,"b":"two words","c":true,"d":null})");
  CHECK(loose("[1, 2, ]") == "[1,2]");
  CHECK(loose("[1,, 2]") == "[1,2]");
  CHECK(loose("{\"at\": (10, 20),}") == R"({"at":[10,20]})");
  CHECK(loose("```json\n[\n\t{\"a\": 1}\n]\n```") == R"([{"a":1}])");
  CHECK(loose("[NaN, Infinity, -inf, 1e999, 1e-400, 12px]") == R"([null,null,null,null,null,"12px"])");
  CHECK(loose("{\"line\": \"one\ntwo\"}") == R"({"line":"one\ntwo"})");
  CHECK(loose("{\"a\": , \"b\": 2}") == R"({"a":null,"b":2})");
  CHECK(loose(R"(["\d+", "\u12", "\ud800"])") == "[\"\\\\d+\",\"\\\\u12\",\"\xef\xbf\xbd\"]");
}

TEST_CASE("loose_json: edge: what is cut off keeps its whole parts") {
  CHECK(loose("[1, 2, {\"a\": 3, \"b\": 4") == R"([1,2,{"a":3}])");
  CHECK(loose("[{\"a\": 1, \"b\": [2, 3]}, {\"c\": \"x\", \"d\": [4") == R"([{"a":1,"b":[2,3]},{"c":"x"}])");
  CHECK(loose("[[1, 2], [3, 4") == "[[1,2]]");
  CHECK(loose("[1, 2, 3, 45,") == "null");
  CHECK(loose("{\"a\": \"to be contin") == "{}");
  CHECK(loose("{\"a\": \"done\"") == R"({"a":"done"})");
  for (const std::string text : {"[1, 2", "{\"a\"", "{", "[", "{\"a\":", "[[1], [2"}) {
    CAPTURE(text);
    CHECK_FALSE(whole(text));
  }
}

TEST_CASE("loose_json: where it stops, another may begin") {
  const std::string text = "{x: it's {\"a\": 1}";
  std::size_t at = 0;
  CHECK_FALSE(read_loose_json(text, at).whole);
  at = text.find('{', at);
  REQUIRE(at != text.npos);
  CHECK(read_loose_json(text, at).value.dump() == R"({"a":1})");
  CHECK(at == text.size());
}

TEST_CASE("loose_json: refusal: hostile texts end, and soon") {
  CHECK_FALSE(whole(repeated("[", 1000000)));
  CHECK_FALSE(whole(repeated("{\"a\":", 1000000)));
  std::string keys = "{";
  for (int i = 0; i < 100000; ++i) keys.append("\"").append(std::to_string(i)).append("\":1,");
  std::size_t at = 0;
  CHECK(read_loose_json(keys + "}", at).value.size() == 257);
  for (const std::string part : {"\"", "'", "\\\"", "{'", "[\"", "(", "[1,", "{a:", "\" ", "'\n", "\\u"}) {
    CAPTURE(part);
    const std::string text = std::string("[").append(repeated(part, 300000));
    for (std::size_t from = 0; (from = text.find_first_of("{[", from)) != text.npos;)
      read_loose_json(text, from);  // from every bracket that is left: still linear
  }
  std::size_t end = 5;
  CHECK(read_loose_json("[", end).value.is_null());  // beyond the text
}
