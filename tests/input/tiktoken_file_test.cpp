#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/input/tiktoken_file.hpp>

#include "../support/tiktoken.hpp"
#include "golden_tokenizer.hpp"

using namespace qwen3vl;
using test::tiktoken_line;

namespace {

using Ids = std::vector<std::int32_t>;

/// The tokens of the golden vocabulary as the first generation's file has them: Qwen2's is made of that.
std::string released_ranks() {
  std::string lines;
  for (std::int32_t id = 0; id < 151643; ++id) lines += tiktoken_line(golden::tokenizer().bytes(id), id);
  return lines;
}

/// All bytes, ids 0 to 255, then `more` from 256 on.
std::string small_ranks(const std::vector<std::string>& more) {
  std::string lines;
  for (int byte = 0; byte < 256; ++byte)
    lines += tiktoken_line(std::string(1, static_cast<char>(byte)), byte);
  for (std::size_t i = 0; i < more.size(); ++i) lines += tiktoken_line(more[i], 256 + static_cast<int>(i));
  return lines;
}

Ids encode_with(const std::vector<std::string>& more, std::string_view text) {
  const Tokenizer tokenizer(parse_tiktoken(small_ranks(more), "ranks"));
  return Encoder(tokenizer).encode(text);
}

void check_refuses(const std::string& text, const char* words) {
  CAPTURE(text.substr(0, 100));
  CHECK_THROWS_WITH_AS(Tokenizer(parse_tiktoken(text, "ranks")), doctest::Contains(words), Error);
}

}  // namespace

TEST_CASE("qwen.tiktoken: every golden text of the vocabulary that was made of it") {
  const golden::TemporaryDirectory directory;
  directory.write("qwen.tiktoken", released_ranks());
  const auto tokenizer = Tokenizer::load(directory.path());
  CHECK(tokenizer.size() == 151860);
  Encoder encoder(tokenizer);
  int rows = 0;
  for (const Json& row : golden::rows("tokenizer/texts.json")) {
    const std::string text = row["text"];
    const Ids wanted = row["ids"].get<Ids>();
    bool has_added = false;  // tokens that either has and the other has not
    for (const std::int32_t id : wanted) has_added = has_added || id >= 151643;
    CAPTURE(text);
    const Ids ids = encoder.encode(text);
    for (const std::int32_t id : ids) has_added = has_added || id >= 151643;
    if (has_added) continue;
    CHECK(ids == wanted);
    CHECK(decode(tokenizer, ids) == row["decoded"].get<std::string>());
    ++rows;
  }
  CHECK(rows >= 600);
  CHECK_FALSE(tokenizer.whole_piece("Hello"));
}

TEST_CASE("qwen.tiktoken: the control tokens follow the ranks, as released") {
  const Tokenizer tokenizer(parse_tiktoken(released_ranks(), "ranks"));
  for (const auto& [text, id] : {std::pair{"<|endoftext|>", 151643},
                                 {"<|im_start|>", 151644},
                                 {"<|im_end|>", 151645},
                                 {"<|extra_0|>", 151646},
                                 {"<|extra_204|>", 151850},
                                 {"<ref>", 151851},
                                 {"</box>", 151854},
                                 {"<img>", 151857},
                                 {"</img>", 151858},
                                 {"<imgpad>", 151859}})
    CHECK(tokenizer.added_id(text) == id);
  Encoder encoder(tokenizer);
  const Ids ids = encoder.encode("<|im_start|>user\nPicture 1: <img><imgpad></img>\n");
  CHECK(ids == Ids{151644, 872, 198, 24669, 220, 16, 25, 220, 151857, 151859, 151858, 198});
  const std::string answer = "<ref>a cat</ref><box>(1,2),(3,4)</box>";
  CHECK(decode(tokenizer, encoder.encode(answer + "<|im_end|>"), SpecialTokens::skip) == answer);
  CHECK(encoder.encode("<img>\xcc\xb8").front() !=
        151857);  // NFC comes first, and makes another sign of the >
}

TEST_CASE("qwen.tiktoken: the lowest rank goes first, the leftmost where it is the same") {
  // x·y = "aba" = y·z: two ways of cutting one token have one rank
  CHECK(encode_with({"ab", "ba", "aba"}, "abab") == Ids{256, 256});
  CHECK(encode_with({"aa", "aaa"}, "aaaa") == Ids{256, 256});
  CHECK(encode_with({"aa", "aaa"}, "aaa") == Ids{257});  // a piece that is a token
  CHECK(encode_with({"bc", "ab"}, "abc") == Ids{97, 256});
  CHECK(encode_with({"ab", "bc"}, "abc") == Ids{256, 99});
}

TEST_CASE("qwen.tiktoken: a piece that is a token is that token, whatever its parts would merge to") {
  CHECK(encode_with({"bc", "abcd"}, "abcd") == Ids{257});  // no merge leads there
  CHECK(encode_with({"bc", "abcd"}, "abcde") == Ids{97, 256, 100, 101});
}

TEST_CASE("qwen.tiktoken: carriage returns and empty lines do not matter") {
  std::string text = "\r\n";
  for (const char c : small_ranks({"ab"})) text += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(Encoder(Tokenizer(parse_tiktoken(text, "ranks"))).encode("ab") == Ids{256});
}

TEST_CASE("qwen.tiktoken: refusals") {
  const std::string good = small_ranks({});
  check_refuses("", "no token of the byte 0");
  check_refuses(good + "YWI=\n", "line 257: is \"YWI=\", should be a token in base64 and its rank");
  check_refuses(good + "YWI= -1\n", "should be a token in base64 and its rank");
  check_refuses(good + "YWI= 256 7\n", "should be a token in base64 and its rank");
  check_refuses(good + "YWI= 99999999999\n", "should be a token in base64 and its rank");
  check_refuses(good + "Y!I= 256\n", "line 257: not base64");
  check_refuses(good + " 256\n", "a token of 0 bytes");
  check_refuses(good + tiktoken_line(std::string(2000, 'a'), 256), "a token of 2000 bytes");
  check_refuses(good + tiktoken_line("a", 256), "comes twice");
  check_refuses(good + tiktoken_line("ab", 7), "the id 7 is that of");
  check_refuses(good + tiktoken_line("ab", 300),
                "the id 300 is that of");  // a control token's: ranks have no hole
  check_refuses(good + tiktoken_line("ab", 2147483647), "should be 0 to");
  std::string long_ones = good;
  for (int i = 0; i < 5000; ++i)
    long_ones += tiktoken_line(std::string(1000, 'a') + std::to_string(i), 256 + i);
  check_refuses(long_ones, "its tokens have more than 4194304 bytes");
}
