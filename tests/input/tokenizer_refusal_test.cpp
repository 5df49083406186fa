#include <functional>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>

#include "golden_tokenizer.hpp"

using namespace qwen3vl;

namespace {

std::string small_json() {
  return golden::tokenizer_json(golden::small_vocab({"ab"}), {"a b"},
                                Json{{"300", {{"content", "<|im_end|>"}, {"special", true}}}});
}

Tokenizer load(std::string_view json) { return Tokenizer(parse_tokenizer_json(json, "tokenizer.json")); }

/// The small tokenizer with one thing changed.
std::string changed(const std::function<void(Json&)>& change) {
  Json json = Json::parse(small_json());
  change(json);
  return json.dump();
}

#define CHECK_REFUSES(json, part) CHECK_THROWS_WITH_AS(load(json), doctest::Contains(part), Error)

}  // namespace

TEST_CASE("tokenizer.json of other kinds is refused, naming what differs") {
  CHECK_NOTHROW(load(small_json()));
  CHECK_REFUSES(changed([](Json& j) { j["model"]["type"] = "WordPiece"; }),
                "model.type is \"WordPiece\", should be \"BPE\"");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["unk_token"] = "<unk>"; }),
                "model.unk_token is \"<unk>\", should be null");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["byte_fallback"] = true; }), "model.byte_fallback is true");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["ignore_merges"] = true; }), "model.ignore_merges");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["dropout"] = 0.1; }), "model.dropout");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["end_of_word_suffix"] = "</w>"; }),
                "model.end_of_word_suffix");
  CHECK_REFUSES(changed([](Json& j) { j["normalizer"]["type"] = "NFKC"; }),
                "normalizer.type is \"NFKC\", should be \"NFC\"");
  CHECK_REFUSES(changed([](Json& j) { j["normalizer"] = nullptr; }), "normalizer.type is missing");
  CHECK_REFUSES(changed([](Json& j) {
                  j["pre_tokenizer"] = {{"type", "Whitespace"}};
                }),
                "pre_tokenizer.type");
  CHECK_REFUSES(
      changed([](Json& j) { j["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = "\\p{N}{1,3}"; }),
      "pattern.Regex is \"\\p{N}{1,3}\"");
  CHECK_REFUSES(changed([](Json& j) { j["pre_tokenizer"]["pretokenizers"][1]["use_regex"] = true; }),
                "use_regex");
  CHECK_REFUSES(changed([](Json& j) { j["pre_tokenizer"]["pretokenizers"].erase(0); }),
                "should be \"Split\" \"ByteLevel\"");
  CHECK_REFUSES(changed([](Json& j) { j["post_processor"]["type"] = "TemplateProcessing"; }),
                "post_processor.type");
  CHECK_REFUSES(changed([](Json& j) { j["decoder"]["type"] = "Metaspace"; }), "decoder.type");
  CHECK_REFUSES(changed([](Json& j) { j["added_tokens"][0]["lstrip"] = true; }), "lstrip = true");
  // Unigram: the vocabulary is a list of pairs.
  CHECK_THROWS_AS(load(changed([](Json& j) { j["model"]["vocab"] = Json::parse(R"([["a", -1.5]])"); })),
                  Error);
}

TEST_CASE("a vocabulary that contradicts itself is refused") {
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = 7; }), "the id 7 is that of");
  CHECK_REFUSES(changed([](Json& j) { j["added_tokens"][0]["id"] = 7; }), "and of \"<|im_end|>\"");
  CHECK_REFUSES(changed([](Json& j) { j["added_tokens"].push_back(j["added_tokens"][0]); }), "comes twice");
  CHECK_REFUSES(changed([](Json& j) { j["added_tokens"][0]["content"] = ""; }), "is empty");
  CHECK_REFUSES(changed([](Json& j) { j["added_tokens"][0].erase("id"); }), "the id -1");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = 2000000000; }), "should be 0 to");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = 18446744073709551615u; }),
                "should be 0 to");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = -1; }), "the id -1");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = 1.5; }), "model.vocab");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = "7"; }),
                "the id of \"ab\" is not an integer");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"]["ab"] = Json::array({1}); }), "the id of \"ab\"");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["vocab"] = Json::object(); }),
                "model.vocab is missing or empty");
  CHECK_REFUSES(changed([](Json& j) { j["added_tokens"][0]["content"] = std::string(2 << 20, 'x'); }),
                "bytes of added tokens");
  std::string twice = small_json();
  twice.insert(twice.find("\"ab\":"), "\"ab\":299,");
  CHECK_REFUSES(twice, "the symbol \"ab\" comes twice");
}

TEST_CASE("merges that do not fit the vocabulary are refused") {
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = "a zz"; }),
                "merge 0 needs the symbol \"zz\"");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = "a c"; }), "needs the symbol \"ac\"");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = "ab"; }), "should be two symbols");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = "a b c"; }), "should be two symbols");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = Json::array({"a"}); }), "has 1 parts");
  CHECK_REFUSES(changed([](Json& j) {
                  j["model"]["merges"][0] = Json::array({"a", "b", "c"});
                }),
                "more than two parts");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = 5; }), "model.merges has the entry 5");
  CHECK_REFUSES(changed([](Json& j) { j["model"]["merges"][0] = {{"a", "b"}}; }), "has 1 parts");
  StringPool merges;
  CHECK_THROWS_WITH_AS(parse_merges_txt("#version: 0.2\na b\n\nc\n", "merges.txt", merges),
                       doctest::Contains("merges.txt: merge 1 is \"c\""), Error);
}

TEST_CASE("text that is no JSON, and JSON that is no tokenizer, are refused") {
  for (const char* text :
       {"", "{", "[]", "7", "\"x\"", "null", "{}", "[[[[", "{\"model\":7}", "{\"added_tokens\":[7]}",
        "{\"added_tokens\":[[1]]}", "{\"model\":{\"vocab\":[]}}", "{\"a\":\"\xFF\"}"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(load(text), Error);
  }
  CHECK_REFUSES(std::string(1000000, '['), "nested deeper");
  std::string deep = "{\"model\":";
  for (int i = 0; i < 100; ++i) deep += "{\"x\":";
  CHECK_REFUSES(deep, "nested deeper");
}

TEST_CASE("the three files: what is missing or wrong is named") {
  golden::TemporaryDirectory directory;
  const auto load_directory = [&] { Tokenizer::load(directory.path()); };
  CHECK_THROWS_WITH_AS(load_directory(),
                       doctest::Contains("no tokenizer.json, and no vocab.json with merges.txt"), Error);
  directory.write("merges.txt", "#version: 0.2\na b\n");
  directory.write("vocab.json", R"({"a":0,"b":1,"ab":2})");
  CHECK_NOTHROW(load_directory());
  directory.write("tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "y"}}})");
  CHECK_THROWS_WITH_AS(load_directory(), doctest::Contains("should be a token id"), Error);
  directory.write("tokenizer_config.json", R"({"added_tokens_decoder": {"3": {"content": 5}}})");
  CHECK_THROWS_WITH_AS(load_directory(), doctest::Contains("content is 5, should be a string"), Error);
  directory.write("tokenizer_config.json",
                  R"({"added_tokens_decoder": {"3": {"content": "y", "rstrip": true}}})");
  CHECK_THROWS_WITH_AS(load_directory(), doctest::Contains("rstrip is true"), Error);
  directory.write("tokenizer_config.json", "{}");
  for (const char* vocab :
       {R"({"a":0,"b":1,"ab":"x"})", R"({"a":[0]})", R"({"a":{}})", "[]", "3", R"({"a":null})", "{"}) {
    CAPTURE(vocab);
    directory.write("vocab.json", vocab);
    CHECK_THROWS_AS(load_directory(), Error);
  }
}

TEST_CASE("a text too long to encode at once is refused") {
  CHECK_THROWS_WITH_AS(golden::encode(std::string((1 << 26) + 1, ' ')),
                       doctest::Contains("encode it line by line"), Error);
}

TEST_CASE("mutated files load or are refused, and what loads can be used") {
  const std::string original = small_json();
  std::mt19937 random(5);
  int loaded = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string json = original;
    for (std::size_t i = 0, n = 1 + random() % 4; i < n; ++i) {
      const std::size_t at = random() % json.size();
      switch (random() % 4) {
        case 0:
          json[at] = static_cast<char>(random());
          break;
        case 1:
          json.erase(at, random() % 20);
          break;
        case 2:
          json.insert(at, json.substr(random() % json.size(), random() % 20));
          break;
        default:
          json[at] = "[]{}\",:0-9eE\\"[random() % 13];
      }
    }
    try {
      const Tokenizer tokenizer = load(json);
      decode(tokenizer, Encoder(tokenizer).encode("ab ab <|im_end|> é \xFF"));
      ++loaded;
    } catch (const Error&) {
    }
  }
  CHECK(loaded > 20);  // most changes hit the 256 symbols of one byte
  CHECK(loaded < 1900);
}
