#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/streaming_decoder.hpp>

#include "golden_tokenizer.hpp"

using namespace qwen3vl;

namespace {

using Ids = std::vector<std::int32_t>;

std::string streamed(const Ids& ids, SpecialTokens special) {
  StreamingDecoder decoder(golden::tokenizer(), special);
  std::string text;
  for (const std::int32_t id : ids) {
    text += decoder.push(id);
    CHECK(valid_utf8_prefix(text) == text.size());
  }
  return text + decoder.finish();
}

}  // namespace

TEST_CASE("streaming: a character that two tokens share comes with the second") {
  StreamingDecoder decoder(golden::tokenizer());
  CHECK(decoder.push(32495) == " ");  // 20 EF
  CHECK(decoder.push(70731) == "ﬁ");  // AC 81
  CHECK(decoder.finish() == "");
}

TEST_CASE("streaming: what cannot become a character is U+FFFD, once") {
  StreamingDecoder decoder(golden::tokenizer());
  CHECK(decoder.push(32495) == " ");
  CHECK(decoder.push(9707) == "\uFFFDHello");
  CHECK(decoder.push(32495) == " ");
  CHECK(decoder.finish() == "\uFFFD");
  CHECK(decoder.push(70731) == "\uFFFD\uFFFD");  // AC, 81: each alone
}

TEST_CASE("streaming: a special token ends the text before it, shown or skipped") {
  CHECK(streamed({32495, 151645, 70731}, SpecialTokens::keep) == " \uFFFD<|im_end|>\uFFFD\uFFFD");
  CHECK(streamed({32495, 151645, 70731}, SpecialTokens::skip) == " \uFFFD\uFFFD\uFFFD");
}

TEST_CASE("streaming: skipping drops special tokens only") {
  const Ids ids = golden::encode("<|im_start|><think>a</think><tool_call>b</tool_call><|im_end|>");
  CHECK(decode(golden::tokenizer(), ids, SpecialTokens::skip) == "<think>a</think><tool_call>b</tool_call>");
}

TEST_CASE("streaming: ids that are no tokens have no text and change nothing") {
  for (const std::int32_t id : {151669, 151935, -1, INT32_MAX, INT32_MIN}) {
    CAPTURE(id);
    CHECK(decode(golden::tokenizer(), Ids{id}) == "");
    CHECK(streamed({32495, id, 70731}, SpecialTokens::keep) == " ﬁ");
  }
}

TEST_CASE("streaming: token by token and all at once give the same text, for any ids") {
  std::mt19937 random(17);
  for (int round = 0; round < 2000; ++round) {
    Ids ids(random() % 40);
    for (auto& id : ids)
      id = static_cast<std::int32_t>(random() % 3 == 0   ? random() % 256  // single bytes: broken UTF-8
                                     : random() % 8 == 0 ? 151640 + random() % 300  // special, added, none
                                                         : random() % 151669);
    for (const auto special : {SpecialTokens::keep, SpecialTokens::skip}) {
      const std::string whole = decode(golden::tokenizer(), ids, special);
      REQUIRE(streamed(ids, special) == whole);
      // And it is the repaired text of the bytes, where no special token stands between.
      std::string bytes;
      bool plain = true;
      for (const auto id : ids) {
        bytes += golden::tokenizer().bytes(id);
        plain = plain && !golden::tokenizer().is_special(id);
      }
      if (plain) REQUIRE(whole == repair_utf8(bytes));
    }
  }
}
