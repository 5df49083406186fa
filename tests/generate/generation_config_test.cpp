#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/generation_config.hpp>
#include <qwen3vl/generate/sampling.hpp>

using namespace qwen3vl;

namespace {

GenerationConfig parse(const std::string& text) {
  return parse_generation_config(parse_json(text, "generation_config.json"), "generation_config.json");
}
using Ids = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("golden: the file of Qwen3-VL Instruct") {
  const auto config = load_generation_config(QWEN3VL_GOLDEN "/generate");
  CHECK(config.sampling.temperature == 0.7);
  CHECK(config.sampling.top_k == 20);
  CHECK(config.sampling.top_p == 0.8);
  CHECK(config.sampling.min_p == 0);
  CHECK(config.sampling.repetition_penalty == 1);
  CHECK(config.sampling.presence_penalty == 0);
  CHECK(config.stop_ids == Ids{151645, 151643});
  CHECK_FALSE(config.max_new_tokens);
  CHECK(config.ignored.empty());
  CHECK_NOTHROW(expect_valid(config.sampling));
}
TEST_CASE("the other fields, and one stop id without a list") {
  const auto config =
      parse(R"({"do_sample": true, "temperature": 1e-6, "top_p": 0.001, "top_k": 1, "min_p": 0.05,
                                "repetition_penalty": 1.05, "eos_token_id": 151645, "max_new_tokens": 32768})");
  CHECK(config.sampling.temperature == 1e-6);
  CHECK(config.sampling.top_p == 0.001);
  CHECK(config.sampling.top_k == 1);
  CHECK(config.sampling.min_p == 0.05);
  CHECK(config.sampling.repetition_penalty == 1.05);
  CHECK(config.stop_ids == Ids{151645});
  CHECK(config.max_new_tokens == 32768);
}
TEST_CASE("what the file leaves out has the reference's default") {
  const auto config = parse(R"({"do_sample": true})");
  CHECK(config.sampling.temperature == 1);
  CHECK(config.sampling.top_k == 50);
  CHECK(config.sampling.top_p == 1);
  CHECK(config.stop_ids.empty());
  CHECK(parse(R"({"do_sample": true, "top_k": null})").sampling.top_k == 0);
  CHECK(parse(R"({"top_p": null, "eos_token_id": null})").sampling.top_p == 1);
}
TEST_CASE("without do_sample it is greedy, whatever the temperature") {
  CHECK(parse("{}").sampling.greedy());
  CHECK(parse(R"({"temperature": 0.7})").sampling.greedy());
  CHECK(parse(R"({"do_sample": false, "temperature": 0.7})").sampling.greedy());
}
TEST_CASE("without the file it is greedy as well") {
  const auto config = load_generation_config(QWEN3VL_GOLDEN "/generate/no such folder");
  CHECK(config.sampling.greedy());
  CHECK(config.stop_ids.empty());
}
TEST_CASE("fields that ask for something else are named, notes are not") {
  const auto config =
      parse(R"({"num_beams": 4, "typical_p": null, "transformers_version": "4.57.0", "bos_token_id": 1,
                                "suppress_tokens": [5], "max_length": 20})");
  CHECK(config.ignored == std::vector<std::string>{"num_beams", "suppress_tokens"});
}
TEST_CASE("refusals name file and field") {
  const auto refuses = [](const char* text, const char* message) {
    CHECK_THROWS_WITH_AS(parse(text), doctest::Contains(message), Error);
  };
  refuses("[]", "generation_config.json: the JSON is a list of 0, should be an object");
  refuses(R"({"temperature": "hot"})", "generation_config.json: temperature is \"hot\", should be a number");
  refuses(R"({"temperature": -1})", "temperature is -1, should be 0.0 to");
  refuses(R"({"do_sample": 1})", "do_sample is 1, should be true or false");
  refuses(R"({"top_k": 2.5})", "top_k is 2.5, should be an integer");
  refuses(R"({"top_k": -1})", "top_k is -1");
  refuses(R"({"top_p": 1.01})", "top_p is 1.01");
  refuses(R"({"min_p": -0.1})", "min_p is -0.1");
  refuses(R"({"repetition_penalty": 0})", "repetition_penalty is 0");
  refuses(R"({"eos_token_id": [1, "two"]})", "eos_token_id[1] is \"two\"");
  refuses(R"({"eos_token_id": -1})", "eos_token_id is -1");
  refuses(R"({"max_new_tokens": 99999999999})", "max_new_tokens is 99999999999");
}
