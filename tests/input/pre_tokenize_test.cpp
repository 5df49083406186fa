#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/input/pre_tokenize.hpp>

using namespace qwen3vl;

namespace {

using Pieces = std::vector<std::string>;

Pieces pieces(std::string_view text) {
  static const Regex regex(split_pattern_for_pcre2());
  RegexMatcher matcher(regex);
  Pieces out;
  pre_tokenize(matcher, text, [&](std::string_view piece) { out.emplace_back(piece); });
  return out;
}

}  // namespace

TEST_CASE("pre_tokenize: the examples of the specification") {
  CHECK(pieces("  two  spaces\n\nnext") == Pieces{" ", " two", " ", " spaces", "\n\n", "next"});
  CHECK(pieces("x  = 1\n    y") == Pieces{"x", " ", " =", " ", "1", "\n", "   ", " y"});
  CHECK(pieces("") == Pieces{});
}

TEST_CASE("pre_tokenize: each alternative") {
  CHECK(pieces("it's I'LL don't we'Ve") == Pieces{"it", "'s", " I", "'LL", " don", "'t", " we", "'Ve"});
  CHECK(pieces("it'ſ") == Pieces{"it", "'ſ"});  // ſ folds to s
  CHECK(pieces("'x \"word\ttab") == Pieces{"'x", " \"", "word", "\ttab"});
  CHECK(pieces("12½٣") == Pieces{"1", "2", "½", "٣"});  // one digit each, any script
  CHECK(pieces("a !?\r\n\nb") == Pieces{"a", " !?\r\n\n", "b"});
  CHECK(pieces("e\u0301a") == Pieces{"e", "\u0301a"});  // a mark is no letter
  CHECK(pieces(" \u0301\u0302.") == Pieces{" \u0301\u0302."});
  CHECK(pieces("a \n \n  b") == Pieces{"a", " \n \n", " ", " b"});
  CHECK(pieces("a   ") == Pieces{"a", "   "});
  CHECK(pieces("   1") == Pieces{"  ", " ", "1"});  // a digit takes no space
}

TEST_CASE("pre_tokenize: \\s is Unicode's White_Space") {
  for (const char* space :
       {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"}) {
    const std::string s = space;
    CAPTURE(s);
    CHECK(pieces(s + s + "1") == Pieces{s, s, "1"});
  }
  for (const char* other : {"\u180e", "\u200b", "\u2060", "\ufeff"}) {  // look like spaces, are not
    const std::string s = other;
    CAPTURE(s);
    CHECK(pieces(s + s + "1") == Pieces{s + s, "1"});
  }
}

TEST_CASE("pre_tokenize: long runs are linear in time and need no deep stack") {
  constexpr std::size_t many = 4 << 20;
  CHECK(pieces(std::string(many, ' ')).size() == 1);
  CHECK(pieces(std::string(many, ' ') + "x").size() == 2);
  CHECK(pieces(std::string(many, 'a')).size() == 1);
  CHECK(pieces(std::string(many, '\n')).size() == 1);
  CHECK(pieces("\n" + std::string(many, '\t') + "1").size() == 4);
  CHECK(pieces(std::string(many, '!') + "\n").size() == 1);
  std::string wide;
  for (std::size_t i = 0; i < many / 3; ++i) wide += "\u3000";
  CHECK(pieces(wide).size() == 1);
}

TEST_CASE("regex: a pattern that does not compile, and one that would take forever, are Errors") {
  CHECK_THROWS_AS(Regex("(a"), Error);
  const Regex hopeless("(?:a|aa)+(?=b)");
  RegexMatcher matcher(hopeless);
  matcher.limit_for(40);
  CHECK_THROWS_WITH_AS(matcher.match_end(std::string(40, 'a'), 0), doctest::Contains("match limit"), Error);
}
