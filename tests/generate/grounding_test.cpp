#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/grounding.hpp>

using namespace qwen3vl;

namespace {

/// "[10 20 30 40] cat; (5 6)": boxes in square brackets, points in round ones, each with its label.
std::string marks(const std::string& answer) {
  std::string all;
  for (const Mark& mark : find_marks(answer)) {
    char text[200];
    const auto [a, b] = std::pair(mark.upper_left, mark.lower_right);
    if (mark.kind == Mark::Kind::box)
      std::snprintf(text, sizeof text, "[%g %g %g %g]", a.x, a.y, b.x, b.y);
    else
      std::snprintf(text, sizeof text, "(%g %g)", a.x, a.y);
    all += (all.empty() ? "" : "; ") + std::string(text) + (mark.label.empty() ? "" : " " + mark.label);
  }
  return all;
}

std::string repeated(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("grounding: golden: the forms that the models were trained to write") {
  CHECK(marks(R"({"bbox_2d": [112, 408, 291, 592]})") == "[112 408 291 592]");
  CHECK(marks(R"({"action": "click", "coordinate": [931, 276]})") == "(931 276) click");
  CHECK(
      marks("```json\n[\n\t{\"bbox_2d\": [1, 2, 3, 4], \"label\": \"a cat\"},\n\t{\"bbox_2d\": [5, 6, 7, 8], "
            "\"label\": \"dog\"}\n]\n```") == "[1 2 3 4] a cat; [5 6 7 8] dog");
  CHECK(marks(R"([{"point_2d": [394, 105], "label": "person"}])") == "(394 105) person");
  CHECK(marks("<tool_call>\n{\"name\": \"computer_use\", \"arguments\": {\"action\": \"left_click\", "
              "\"coordinate\": [500, 300]}}\n</tool_call>") == "(500 300) left_click");
  CHECK(marks("<ref>the red car</ref><box>(12,34),(560,780)</box>") == "[12 34 560 780] the red car");
  CHECK(marks("<ref>cats</ref><box>(1,2),(3,4)</box><box>(5,6),(7,8)</box>") ==
        "[1 2 3 4] cats; [5 6 7 8] cats");
  CHECK(marks(R"([{"bbox_2d": [1, 2, 3, 4], "text_content": "EXIT"}])") == "[1 2 3 4] EXIT");
}

TEST_CASE("grounding: what models write instead") {
  CHECK(marks("It is here: {'bbox_2d': [1, 2, 3, 4], 'label': 'the dog's bowl',} - see?") ==
        "[1 2 3 4] the dog's bowl");
  CHECK(marks("{\"label\": \"x\", \"bbox\": [30, 40, 10, 20]}") == "[10 20 30 40] x");  // other corners
  CHECK(marks("{\"bbox_2d\": [[1, 2, 3, 4], [5, 6, 7, 8]], \"label\": \"x\"}") == "[1 2 3 4] x; [5 6 7 8] x");
  CHECK(marks("{\"bbox_2d\": [[1, 2], [3, 4]]}") == "[1 2 3 4]");
  CHECK(marks("{\"bbox_2d\": [[1, 2], [3") == "");
  CHECK(marks("{\"points\": [[1, 2], [3, 4], [5, 6]]}") == "(1 2); (3 4); (5 6)");
  CHECK(marks("{\"bbox_2d\": \"[1, 2, 3, 4]\"}") == "[1 2 3 4]");
  CHECK(marks("{\"coordinate\": \"(500, 300)\"}") == "(500 300)");
  CHECK(marks("{\"coordinate\": \"500, 300\"}") == "(500 300)");
  CHECK(marks("{\"point\": {\"x\": 1, \"y\": 2}}") == "(1 2)");
  CHECK(marks("{\"bbox\": {\"x1\": 1, \"y1\": 2, \"x2\": 3, \"y2\": 4}}") == "[1 2 3 4]");
  CHECK(marks("{\"point_2d\": (1, 2)}") == "(1 2)");
  CHECK(marks("bbox_2d: [1, 2, 3, 4]") == "[1 2 3 4]");
  CHECK(marks("the \"bbox_2d\": [1, 2, 3, 4] is") == "[1 2 3 4]");
  CHECK(marks("{\"cat\": {\"bbox_2d\": [1.5, 2, 3, 4.25]}}") == "[1.5 2 3 4.25]");
  CHECK(marks("{\"label\": \"cat\", \"where\": {\"box\": [1, 2, 3, 4]}}") == "[1 2 3 4] cat");
  CHECK(marks("from ( 1 , 2 ) , ( 3 , 4 ) on") == "[1 2 3 4]");
  CHECK(marks("图中的红色方块在 {\"bbox_2d\": [1, 2, 3, 4], \"label\": \"红色\"}。") == "[1 2 3 4] 红色");
  CHECK(marks("{\"start_coordinate\": [1, 2], \"end_coordinate\": [3, 4]}") == "(1 2); (3 4)");
}

TEST_CASE("grounding: edge: a list that was cut off keeps its whole members") {
  const std::string list =
      R"([{"bbox_2d": [1, 2, 3, 4], "label": "a"}, {"bbox_2d": [5, 6, 7, 8], "label": "b"}])";
  const std::string both = "[1 2 3 4] a; [5 6 7 8] b";
  for (std::size_t size = 0; size <= list.size(); ++size) {
    const std::string found = marks(list.substr(0, size));
    CAPTURE(list.substr(0, size));
    CHECK((found == "" || found == "[1 2 3 4]" || found == "[1 2 3 4] a" ||
           found == "[1 2 3 4] a; [5 6 7 8]" || found == both));
  }
  CHECK(marks(list) == both);
  CHECK(marks("{\"bbox_2d\": [100, 200, 300, 40") == "");  // 40, or 400?
}

TEST_CASE("grounding: no place, no mark") {
  for (const char* answer : {"",
                             "a red square",
                             "{",
                             "[",
                             "(",
                             "[1, 2, 3, 4]",
                             "It's (1, 2).",
                             "(1,2),(3,4),(5,6)",
                             "{\"bbox_2d\": []}",
                             "{\"bbox_2d\": [1, 2, 3]}",
                             "{\"bbox_2d\": [1, 2, 3, \"x\"]}",
                             "{\"bbox_2d\": null}",
                             "{\"bbox_2d\": [1, 2, 3, null]}",
                             "{\"count\": [1, 2]}",
                             "{\"bbox_2d\": {\"x\": 1}}",
                             "{\"box\": \"blue\"}",
                             "(1,2)(",
                             "(,)",
                             "<ref>",
                             "<ref>x</ref><box></box>",
                             "f(x, y), (3, 4)"}) {
    CAPTURE(answer);
    CHECK(marks(answer) == "");
  }
}

TEST_CASE("grounding: refusal: numbers that are no coordinates") {
  for (const char* number : {"NaN", "nan", "Infinity", "-inf", "1e999", "1e7", "-1000001",
                             "99999999999999999999", "0x10", "1_0", "true", "\"1\""}) {
    CAPTURE(number);
    CHECK(marks(std::string("{\"bbox_2d\": [1, 2, 3, ") + number + "]}") == "");
    CHECK(marks(std::string("(1,2),(3,") + number + ")") == "");
  }
  CHECK(marks("{\"bbox_2d\": [-5, -1, 1200, 1001]}") == "[-5 -1 1200 1001]");  // a model may point outside
}

TEST_CASE("grounding: refusal: hostile answers end soon and take little") {
  for (const std::string part :
       {"[", "{", "(", "{\"bbox_2d\":", "[\"", "{'", "(1,", "(1,2),", "<ref>", "\\\"",
        "{\"bbox_2d\":[1,2,3,4],", "bbox_2d: [", "\"bbox_2d\": \"[", "{\"label\":\"", "1", " "}) {
    CAPTURE(part);
    find_marks(repeated(part, 200000));
    find_marks("{\"bbox_2d\": " + repeated(part, 200000));
  }
  const std::string boxes =
      "{\"label\": \"" + std::string(100000, 'x') + "\", \"points\": [" + repeated("[1,2],", 100000) + "]}";
  const std::vector<Mark> found = find_marks(boxes);
  CHECK(found.size() == 100000);
  CHECK(found[0].label.size() == longest_label);
  CHECK(find_marks("{\"label\": \"" + repeated("é", 200) + "x\", \"point\": [1, 2]}")[0].label ==
        repeated("é", 100));
  CHECK(find_marks("{\"label\": \"x" + repeated("é", 200) + "\", \"point\": [1, 2]}")[0].label ==
        std::string("x").append(repeated("é", 99)));
}

TEST_CASE("answers count thousandths, but Qwen2.5-VL's pixels of the picture it saw") {
  CHECK(answer_coordinates(Generation::qwen2_5_vl) == Coordinates::resized);
  for (const Generation other : {Generation::qwen2_vl, Generation::qwen3_vl, Generation::qwen3_vl_moe})
    CHECK(answer_coordinates(other) == Coordinates::relative);
}
