/// tokenize: the reference's ids for every golden text, both ways.
#include <qwen3vl/io/json.hpp>

#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::vector<std::string> command{"tokenize", "--model", tokenizer_folder};

std::vector<std::string> with(std::vector<std::string> options) {
  options.insert(options.begin(), command.begin(), command.end());
  return options;
}

}  // namespace

TEST_CASE("every golden text, line by line, to its ids and back") {
  const Json rows = read_json_file(golden + "tokenizer/texts.json")["rows"];
  std::string texts, ids;
  for (const Json& row : rows) {
    texts += row["text"].dump() + "\n";
    ids += row["ids"].dump() + "\n";
  }
  const auto encoded = lines_of(output_of(with({"--jsonl"}), texts));
  const auto decoded = lines_of(output_of(with({"--jsonl", "--decode"}), ids));
  REQUIRE(encoded.size() == rows.size());
  REQUIRE(decoded.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(Json::parse(encoded[i]) == rows[i]["ids"]);
    CHECK(Json::parse(decoded[i]) == rows[i]["decoded"]);
  }
  CHECK(rows.size() == 753);
}

TEST_CASE("all of standard input is one text, its last line end too") {
  CHECK(output_of(command, "Hello, world!") == "[9707, 11, 1879, 0]\n");
  CHECK(output_of(command, "\n") == "[198]\n");
  CHECK(output_of(command, "") == "[]\n");
  CHECK(output_of(command, "<|im_end|>") == "[151645]\n");
}

TEST_CASE("--decode writes the text as it is, --skip-special leaves control tokens out") {
  CHECK(output_of(with({"--decode"}), "[9707, 11, 1879, 0]") == "Hello, world!");
  CHECK(output_of(with({"--decode"}), " [ 9707 ,\n 11 ] \n") == "Hello,");
  CHECK(output_of(with({"--decode"}), "[]") == "");
  CHECK(output_of(with({"--decode"}), "[64, 151645, 2000000000]") == "a<|im_end|>");
  CHECK(output_of(with({"--decode", "--skip-special"}), "[64, 151645]") == "a");
}

TEST_CASE("lines: none, one without an end, Windows' ends, an empty string") {
  CHECK(output_of(with({"--jsonl"}), "") == "");
  CHECK(output_of(with({"--jsonl"}), "\"a\"") == "[64]\n");
  CHECK(output_of(with({"--jsonl"}), "\"a\"\r\n\"\"\r\n") == "[64]\n[]\n");
  CHECK(output_of(with({"--jsonl", "--decode"}), "[64]\n[]\n") == "\"a\"\n\"\"\n");
}

TEST_CASE("a line that is no JSON string is named, the lines before it have been answered") {
  const Ran ran = run_program(with({"--jsonl"}), "\"a\"\n{}\n\"b\"\n");
  CHECK(ran.exit_code == 1);
  CHECK(ran.out == "[64]\n");
  CHECK(contains(ran.error, "standard input, line 2: is an object of 0 keys, should be a JSON string"));
  check_refuses(1, "line 1: not valid JSON", with({"--jsonl"}), "\"a\n");
  check_refuses(1, "line 2: not valid JSON", with({"--jsonl"}), "\"a\"\n\n");
}

TEST_CASE("ids that are none are refused, with their place") {
  const auto refuses = [](const char* input, const char* words) {
    check_refuses(1, words, with({"--decode"}), input);
  };
  refuses("", "no [ at byte 0");
  refuses("9707", "no [ at byte 0");
  refuses("[", "no id from 0 to 2147483647 at byte 1");
  refuses("[1,]", "no id from 0 to 2147483647 at byte 3");
  refuses("[-1]", "no id from 0 to 2147483647 at byte 1");
  refuses("[2147483648]", "no id");
  refuses("[1.5]", "neither , nor ] at byte 2");
  refuses("[01]", "no id");
  refuses("[1 2]", "neither , nor ] at byte 3");
  refuses("[1] [2]", "something behind the list at byte 4");
  check_refuses(1, "no tokenizer.json, and no vocab.json with merges.txt", {"tokenize", "--model", golden},
                "x");
}
