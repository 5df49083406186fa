#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/input/byte_map.hpp>
#include <qwen3vl/input/utf8.hpp>

using namespace qwen3vl;

TEST_CASE("utf8: every code point survives encoding and decoding, surrogates do not") {
  for (char32_t code = 0; code < 0x110000; ++code) {
    std::string text;
    append_utf8(text, code);
    const Utf8Unit unit = next_utf8(text);
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    if (surrogate ? unit.kind != Utf8Unit::Kind::invalid
                  : unit.kind != Utf8Unit::Kind::character || unit.code != code ||
                        unit.bytes != static_cast<int>(text.size()))
      FAIL("U+", static_cast<unsigned>(code));
  }
}

TEST_CASE("utf8: one U+FFFD for every maximal invalid subpart (Unicode, table 3-8 and its neighbours)") {
  const auto repaired = [](std::string_view bytes) {
    std::string text = repair_utf8(bytes), out;
    for (std::string_view rest = text; !rest.empty();) {
      const bool replaced = rest.starts_with(replacement_character);
      out += replaced ? '?' : rest[0];
      rest.remove_prefix(replaced ? 3 : 1);
    }
    return out;
  };
  CHECK(repaired("") == "");
  CHECK(repaired("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                 "A") == "????????A");  // overlong forms
  CHECK(repaired("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                 "A") == "????????A");  // surrogates
  CHECK(repaired("\xF4\x91\x92\x93\xFF"
                 "A\x80\xBF"
                 "B") == "?????A??B");  // above U+10FFFF
  CHECK(repaired("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                 "A") == "????A");           // cut short
  CHECK(repaired("abc\xE4\xBD") == "abc?");  // cut by the end
  CHECK(repaired("\xF0\x9F\x98") == "?");
}

TEST_CASE("utf8: assembled byte by byte or at once, the text is the same, and valid after every byte") {
  const std::string texts[] = {"plain", "é 你好 😀", "\xF0\x9F\x98 \xE4\xBD", "\xE4\xE4\xBD\xA0\x80",
                               "\xED\xA0\x80x"};
  for (const std::string& bytes : texts) {
    CAPTURE(bytes);
    std::string by_byte;
    Utf8Assembler assembler;
    for (const char byte : bytes) {
      assembler.push(std::string_view(&byte, 1), by_byte);
      CHECK(valid_utf8_prefix(by_byte) == by_byte.size());
    }
    assembler.flush(by_byte);
    CHECK(by_byte == repair_utf8(bytes));
  }
}

TEST_CASE("utf8: the valid prefix, wherever the bad byte stands") {
  for (std::size_t at = 0; at < 40; ++at) {
    std::string text(40, 'x');
    text[at] = '\x80';
    CHECK(valid_utf8_prefix(text) == at);
  }
  CHECK(valid_utf8_prefix("0123456789é你😀 and on and on") == 33);
}

TEST_CASE("byte map: 256 different symbols, the known ones, and back") {
  CHECK(byte_map.text_of(' ') == "Ġ");
  CHECK(byte_map.text_of('\n') == "Ċ");
  CHECK(byte_map.text_of('A') == "A");
  CHECK(byte_map.symbol[0] == 0x100);
  CHECK(byte_map.symbol['\t'] == 0x109);
  CHECK(byte_map.symbol[173] == 0x143);
  for (int byte = 0; byte < 256; ++byte) {
    std::string bytes;
    byte_map.append_bytes(byte_map.text_of(static_cast<unsigned char>(byte)), bytes);
    CHECK(bytes == std::string(1, static_cast<char>(byte)));
  }
}

TEST_CASE("byte map: a text with any other character stands for itself") {
  std::string bytes = "|";
  byte_map.append_bytes("Ġa b", bytes);  // a space is no symbol
  byte_map.append_bytes("你", bytes);
  CHECK(bytes == "|Ġa b你");
}
