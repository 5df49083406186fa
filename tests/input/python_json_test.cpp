#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/input/python_json.hpp>

using namespace qwen3vl;

namespace {
std::string printed(std::string_view text) { return to_python_json(parse_ordered_json(text, "test")); }
}  // namespace

TEST_CASE("python json: floats as Python's repr") {
  CHECK(python_float(1) == "1.0");
  CHECK(python_float(-0.0) == "-0.0");
  CHECK(python_float(2.5) == "2.5");
  CHECK(python_float(123456.789) == "123456.789");
  CHECK(python_float(0.1) == "0.1");
  CHECK(python_float(1e-4) == "0.0001");
  CHECK(python_float(1e-5) == "1e-05");
  CHECK(python_float(-1.25e-7) == "-1.25e-07");
  CHECK(python_float(1e15) == "1000000000000000.0");
  CHECK(python_float(123456789012345680.0) == "1.2345678901234568e+17");
  CHECK(python_float(1e16) == "1e+16");
  CHECK(python_float(9999999999999998.0) == "9999999999999998.0");
  CHECK(python_float(1e100) == "1e+100");
  CHECK(python_float(5e-324) == "5e-324");
  CHECK(python_float(1.7976931348623157e308) == "1.7976931348623157e+308");
  CHECK(python_float(1.0 / 3) == "0.3333333333333333");
}

TEST_CASE("python json: separators, order, escapes") {
  CHECK(printed(R"({"b":1,"a":[true,false,null],"":{}, "e":[]})") ==
        R"({"b": 1, "a": [true, false, null], "": {}, "e": []})");
  CHECK(printed(R"("é <b> & ' / \u00e9 \ud83d\ude00")") == "\"é <b> & ' / é 😀\"");
  CHECK(printed(R"("\"\\\b\f\n\r\t\u0000\u001f\u007f")") == "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\"");
  CHECK(printed("[1.0, 1, -1, 1e2, 18446744073709551615, -9223372036854775808]") ==
        "[1.0, 1, -1, 100.0, 18446744073709551615, -9223372036854775808]");
}

TEST_CASE("python json: an integer that would lose digits is refused") {
  CHECK_NOTHROW(refuse_huge_integers(
      "[18446744073709551615, -9223372036854775808, 1e99, 0.12345678901234567890123]", "x"));
  CHECK_NOTHROW(refuse_huge_integers(
      R"({"99999999999999999999999": "99999999999999999999999 \" 99999999999999999999"})", "x"));
  CHECK_THROWS_WITH_AS(
      refuse_huge_integers("[1, 18446744073709551616]", "tools.json"),
      doctest::Contains("tools.json: the integer \"18446744073709551616\" is beyond 64 bits"), Error);
  CHECK_THROWS_AS(refuse_huge_integers("-9223372036854775809", "x"), Error);
}
