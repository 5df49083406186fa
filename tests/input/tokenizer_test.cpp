#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>

#include "golden_tokenizer.hpp"

using namespace qwen3vl;
using golden::encode;

namespace {

using Ids = std::vector<std::int32_t>;

void check_every_text(const Tokenizer& tokenizer) {
  Encoder encoder(tokenizer);
  int rows = 0;
  for (const Json& row : golden::rows("tokenizer/texts.json")) {
    const std::string text = row["text"];
    CAPTURE(text);
    const Ids ids = encoder.encode(text);
    CHECK(ids == row["ids"].get<Ids>());
    CHECK(decode(tokenizer, ids) == row["decoded"].get<std::string>());
    ++rows;
  }
  CHECK(rows == 753);
}

}  // namespace

TEST_CASE("tokenizer: every golden text, loaded from vocab.json and merges.txt") {
  CHECK(golden::tokenizer().size() == 151669);
  check_every_text(golden::tokenizer());
}

TEST_CASE("tokenizer: every golden text, loaded from tokenizer.json in either form of merges") {
  for (const auto style : {golden::MergeStyle::pairs, golden::MergeStyle::strings}) {
    const golden::TemporaryDirectory directory;
    directory.write("tokenizer.json", golden::qwen3_tokenizer_json(style));
    const auto tokenizer = Tokenizer::load(directory.path());
    CHECK(tokenizer.size() == 151669);
    check_every_text(tokenizer);
  }
}

TEST_CASE("tokenizer: the vectors of the specification") {
  CHECK(encode("Hello, world!") == Ids{9707, 11, 1879, 0});
  CHECK(encode("You are a helpful assistant.") == Ids{2610, 525, 264, 10950, 17847, 13});
  CHECK(encode("<0.3 seconds>") == Ids{27, 15, 13, 18, 6486, 29});
  CHECK(encode("<10.8 seconds>") == Ids{27, 16, 15, 13, 23, 6486, 29});
  CHECK(encode("123456") == Ids{16, 17, 18, 19, 20, 21});
  CHECK(encode("it's I'LL don't") == Ids{275, 594, 358, 6, 4086, 1513, 944});
  CHECK(encode("  two  spaces\n\nnext") == Ids{220, 1378, 220, 12621, 271, 3600});
  CHECK(encode("x  = 1\n    y") == Ids{87, 220, 284, 220, 16, 198, 262, 379});
  CHECK(encode("a\tb\r\nc   ") == Ids{64, 2233, 319, 66, 262});
  CHECK(encode("   \n  foo") == Ids{5872, 220, 15229});
  CHECK(encode("你好，世界") == Ids{108386, 3837, 99489});
  CHECK(encode("日本語テキスト") == Ids{101059, 102819, 56833, 61803, 70534});
  CHECK(encode("\U0001F600\U0001F44D\U0001F3FD") == Ids{141334, 144349, 145375});
  CHECK(encode("café") == Ids{924, 58858});
  CHECK(encode("cafe\u0301") == Ids{924, 58858});
  CHECK(encode("naïve ﬁ") == Ids{3376, 37572, 586, 32495, 70731});
  CHECK(encode("\u00a0x") == Ids{4102, 87});
  CHECK(encode("Picture 1: ") == Ids{24669, 220, 16, 25, 220});
  CHECK(encode("<think>\n") == Ids{151667, 198});
  CHECK(encode("</think>\n\n") == Ids{151668, 271});
  CHECK(encode("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n") ==
        Ids{151644, 872, 198, 13048, 151645, 198, 151644, 77091, 198});
}

TEST_CASE("tokenizer: added tokens are literal, longest first, and keep the spaces around them") {
  const auto& tokenizer = golden::tokenizer();
  CHECK(tokenizer.added_id("<|image_pad|>") == 151655);
  CHECK(!tokenizer.added_id("Hello"));
  CHECK(tokenizer.is_special(151655));
  CHECK(tokenizer.is_added(151667));
  CHECK(!tokenizer.is_special(151667));  // <think>
  CHECK(!tokenizer.is_added(9707));
  CHECK(encode(" <|im_end|> ") == Ids{220, 151645, 220});
  CHECK(encode("<<|im_end|>>") == Ids{27, 151645, 29});
  CHECK(encode("<|im_end|") == Ids{27, 91, 318, 6213, 91});
  CHECK(encode("<|IM_END|>").size() > 1);
}

TEST_CASE("tokenizer: added tokens are split off before NFC, or after it where they say so") {
  golden::TemporaryDirectory directory;
  const auto load = [&](bool normalized) {
    const Json added{{"256", {{"content", "é!"}, {"special", false}, {"normalized", normalized}}},
                     {"257", {{"content", "é!!"}, {"special", false}, {"normalized", normalized}}}};
    directory.write("tokenizer.json", golden::tokenizer_json(golden::small_vocab({}), {}, added));
    return Tokenizer::load(directory.path());
  };
  const std::string composed = "é!!!", decomposed = "e\u0301!!!";
  const auto raw = load(false), normalized = load(true);
  CHECK(Encoder(raw).encode(composed) == Ids{257, '!'});
  CHECK(raw.added_id("é!!") == 257);
  CHECK(Encoder(raw).encode(decomposed) == Ids{0xC3, 0xA9, '!', '!', '!'});
  CHECK(Encoder(normalized).encode(composed) == Ids{257, '!'});
  CHECK(Encoder(normalized).encode(decomposed) == Ids{257, '!'});
}

TEST_CASE("tokenizer: a small vocabulary of one's own") {
  golden::TemporaryDirectory directory;
  directory.write("tokenizer.json",
                  golden::tokenizer_json(golden::small_vocab({"Ġa", "bc", "Ġabc"}), {"Ġ a", "b c", "Ġa bc"},
                                         Json{{"300", {{"content", "<|im_end|>"}, {"special", true}}}}));
  const auto tokenizer = Tokenizer::load(directory.path());
  CHECK(tokenizer.size() == 301);
  const Ids ids = Encoder(tokenizer).encode("x abc abd<|im_end|>");
  CHECK(ids == Ids{'x', 258, 256, 'b', 'd', 300});
  CHECK(decode(tokenizer, ids) == "x abc abd<|im_end|>");
  CHECK(tokenizer.bytes(270).empty());  // between the vocabulary and the added token
}

TEST_CASE("tokenizer: a byte that a small vocabulary lacks is dropped, as in the reference") {
  golden::TemporaryDirectory directory;
  directory.write("tokenizer.json",
                  golden::tokenizer_json(R"({"a":0,"b":1,"ab":2})", {"a b"}, Json::object()));
  const auto tokenizer = Tokenizer::load(directory.path());
  CHECK(Encoder(tokenizer).encode("axb b") == Ids{2, 1});
}

TEST_CASE("tokenizer: a base token may be named as an added token again") {
  golden::TemporaryDirectory directory;
  directory.write("tokenizer.json",
                  golden::tokenizer_json(golden::small_vocab({}), {},
                                         Json{{"65", {{"content", "A"}, {"special", true}}}}));
  const auto tokenizer = Tokenizer::load(directory.path());
  CHECK(tokenizer.is_special('A'));
  CHECK(Encoder(tokenizer).encode("A") == Ids{'A'});
}

TEST_CASE("tokenizer: bytes that are no UTF-8 become U+FFFD, one for each maximal part") {
  CHECK(encode("a\xFF\xC3z") == encode("a\uFFFD\uFFFDz"));
  CHECK(encode("\xE4\xBD") == encode("\uFFFD"));
  CHECK(encode(std::string_view("a\0b", 3)) == Ids{64, 188, 65});  // zero is a byte like others
}

TEST_CASE("tokenizer: decoding the ids of a text gives the text in NFC") {
  const std::u32string some =
      U"abcXYZ 0189\n\t.,!'\"<|>ßéÅжЯ你好世界ひカ한글ا१😀👍🏽\u200d\u3000\u00a0";
  std::mt19937 random(11);
  Encoder encoder(golden::tokenizer());
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t i = 0, n = random() % 60; i < n; ++i) append_utf8(text, some[random() % some.size()]);
    CAPTURE(text);
    const Ids ids = encoder.encode(text);
    std::string buffer;
    REQUIRE(decode(golden::tokenizer(), ids) == to_nfc(text, buffer));
    // What the cache has learnt changes nothing.
    REQUIRE(Encoder(golden::tokenizer()).encode(text) == ids);
  }
}

TEST_CASE("tokenizer: hostile texts take n log n steps, not n²") {
  const auto begin = std::chrono::steady_clock::now();
  constexpr std::size_t many = 1 << 20;
  CHECK(encode(std::string(many, 'a')).size() == many / 8);
  CHECK(encode(std::string(many, ' ')).size() == many / 128);
  CHECK(encode(std::string(many, ' ') + "a").size() ==
        many / 128 + 2);  // 127 spaces are two tokens, then " a"
  CHECK(encode(std::string(many, '7')).size() == many);
  std::string alternating;
  for (std::size_t i = 0; i < many / 2; ++i) alternating += "ab";
  CHECK(!encode(alternating).empty());
  std::string openings;
  for (std::size_t i = 0; i < many / 8; ++i) openings += "<|im_en<";  // almost added tokens
  CHECK(!encode(openings).empty());
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));  // n² would take hours
}

TEST_CASE("tokenizer: one tokenizer serves many threads") {
  const Ids expected = encode("The quick brown fox jumps over the lazy dog. 比较这两张图片。");
  std::vector<Ids> got(4);
  std::vector<std::thread> threads;
  for (Ids& ids : got)
    threads.emplace_back([&ids] {
      Encoder encoder(golden::tokenizer());
      for (int i = 0; i < 200; ++i)
        ids = encoder.encode("The quick brown fox jumps over the lazy dog. 比较这两张图片。");
    });
  for (std::thread& thread : threads) thread.join();
  for (const Ids& ids : got) CHECK(ids == expected);
}
