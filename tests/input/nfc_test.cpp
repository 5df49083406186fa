#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/nfc.hpp>

using namespace qwen3vl;

namespace {

std::string nfc(std::string_view text) {
  std::string buffer;
  return std::string(to_nfc(text, buffer));
}

/// Everything recomposed, without the short cut.
std::string plain_nfc(std::string_view text) {
  std::vector<std::int32_t> scratch;
  std::string out;
  append_composed(text, scratch, out);
  return out;
}

std::string utf8(std::u32string_view codes) {
  std::string out;
  for (const char32_t code : codes) append_utf8(out, code);
  return out;
}

}  // namespace

TEST_CASE("nfc: composes, orders marks, keeps compatibility forms") {
  CHECK(nfc("cafe\u0301") == "café");
  CHECK(nfc("café") == "café");
  CHECK(nfc("ﬁ Ⅷ ２") == "ﬁ Ⅷ ２");                              // NFKC would change all three
  CHECK(nfc(utf8(U"q\u0307\u0323")) == utf8(U"q\u0323\u0307"));  // dot below before dot above
  CHECK(nfc(utf8(U"\u1112\u1161\u11ab")) == "한");               // Hangul from its parts
  CHECK(nfc(utf8(U"한\u11a8")) == utf8(U"한\u11a8"));
  CHECK(nfc(utf8(U"하\u11ab")) == "한");
  CHECK(nfc(utf8(U"\u2126")) == "Ω");                    // a singleton: ohm to omega
  CHECK(nfc(utf8(U"\u0958")) == utf8(U"\u0915\u093c"));  // excluded from composition
  CHECK(nfc(utf8(U"か\u3099")) == "が");
  CHECK(nfc("") == "");
}

TEST_CASE("nfc: a text that is settled is returned as it is, without a copy") {
  const std::string text = "Plain, 你好，Привет — “quoted” 😀";
  std::string buffer = "untouched";
  CHECK(to_nfc(text, buffer).data() == text.data());
  CHECK(buffer == "untouched");
}

TEST_CASE("nfc: settled characters really are: unchanged alone and after any character") {
  // A character that joins what is before it is the last of some canonical decomposition, or a
  // vowel or final part of a Hangul syllable.
  std::vector<bool> joins(0x110000, false);
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xD800 && code < 0xE000) continue;
    utf8proc_int32_t parts[32];
    int boundary = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts, 32,
                                               UTF8PROC_DECOMPOSE, &boundary);
    for (long i = 1; i < count; ++i) joins[static_cast<std::size_t>(parts[i])] = true;
  }
  for (char32_t code = 0; code < 0x110000; ++code) {
    if (!is_settled(code)) continue;
    const std::string text = utf8(std::u32string(1, code));
    const bool mark = utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->combining_class != 0;
    if (joins[code] || mark || plain_nfc(text) != text) FAIL("U+", static_cast<unsigned>(code));
  }
}

TEST_CASE("nfc: the short cut gives what recomposing everything gives, twice is once") {
  const std::u32string some =
      U"aeqZ "
      U"0<"
      U"é你が한하가ㄱ\u0301\u0307\u0323\u0327\u3099\u1100\u1161\u11a8\u0958\u2126\u212bΩάﬁ\u0f71\u0f72"
      U"\U0001d15e😀"
      U"\u00c5\u0344\u1fee\U00011131\U00011127";
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::u32string codes;
    for (std::size_t i = 0, n = random() % 12; i < n; ++i) codes += some[random() % some.size()];
    const std::string text = utf8(codes), once = nfc(text);
    if (once != plain_nfc(text) || nfc(once) != once) FAIL(text);
  }
}

TEST_CASE("nfc: a long run of marks in the worst order takes no n² steps") {
  std::string text = "a";
  for (int i = 0; i < 200000; ++i) text += i % 2 ? "\u0300" : "\u0323";
  const auto begin = std::chrono::steady_clock::now();
  const std::string composed = nfc(text);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
  CHECK(composed.starts_with("\u1ea1\u0323"));
}
