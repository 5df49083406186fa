#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/generate/random.hpp>
#include <qwen3vl/generate/stop_strings.hpp>

using namespace qwen3vl;

namespace {

/// What each piece lets out; "|" marks the stop, after which nothing is pushed.
std::vector<std::string> stream(const std::vector<std::string>& stops,
                                const std::vector<std::string>& pieces) {
  StopStrings search(stops);
  std::vector<std::string> out;
  for (const std::string& piece : pieces) {
    std::string_view rest = piece;
    const bool stopped = search.push(rest, out.emplace_back());
    if (stopped) {
      out.back().append("|").append(rest);
      return out;
    }
  }
  search.finish(out.emplace_back());
  return out;
}
using Texts = std::vector<std::string>;

/// The definition: the earliest end of any stop string; of several with that end, the longest.
std::string cut_at_first_stop(const std::vector<std::string>& stops, const std::string& text) {
  for (std::size_t end = 1; end <= text.size(); ++end) {
    std::size_t longest = 0;
    for (const std::string& stop : stops)
      if (stop.size() <= end && text.compare(end - stop.size(), stop.size(), stop) == 0)
        longest = std::max(longest, stop.size());
    if (longest) return text.substr(0, end - longest);
  }
  return text;
}

}  // namespace

TEST_CASE("without stop strings text passes at once") {
  CHECK(stream({}, {"a", "", "bc"}) == Texts{"a", "", "bc", ""});
}

TEST_CASE("a stop string within one piece") {
  CHECK(stream({"STOP"}, {"one STOP two"}) == Texts{"one | two"});
}

TEST_CASE("a stop string across pieces: its beginning is held back") {
  CHECK(stream({"\nUser:"}, {"Hi.\nUs", "er: you"}) == Texts{"Hi.", "| you"});
  CHECK(stream({"\nUser:"}, {"Hi.", "\n", "U", "s", "e", "r", ":"}) == Texts{"Hi.", "", "", "", "", "", "|"});
}
TEST_CASE("what turns out to be no stop string is let out") {
  CHECK(stream({"\nUser:"}, {"Hi.\nUs", "e it."}) == Texts{"Hi.", "\nUse it.", ""});
  CHECK(stream({"\nUser:"}, {"Hi.\nUse"}) == Texts{"Hi.", "\nUse"});  // the end decides, too
}
TEST_CASE("only the longest end that may begin a stop string is held") {
  CHECK(stream({"aab"}, {"aa", "a", "a", "b"}) == Texts{"", "a", "a", "|"});
  CHECK(stream({"abab"}, {"aba", "aba", "b"}) == Texts{"", "aba", "|"});
  CHECK(stream({"xy", "yz1"}, {"y", "z", "x"}) == Texts{"", "", "yz", "x"});
}
TEST_CASE("several stop strings: the first to be complete, then the longer") {
  CHECK(stream({"abcd", "bc"}, {"xabcd"}) == Texts{"xa|d"});
  CHECK(stream({"c", "abc", "bc"}, {"xabcd"}) == Texts{"x|d"});
  CHECK(stream({"bc", "abcd"}, {"x", "a", "b", "c", "d"}) == Texts{"x", "", "", "a|"});
}
TEST_CASE("text after a stop begins a new search") {
  StopStrings search({"aa"});
  std::string_view text = "aaa";
  std::string out;
  CHECK(search.push(text, out));
  CHECK_FALSE(search.push(text, out));  // the one that is left is no stop
  CHECK(out == "");
  search.finish(out);
  CHECK(out == "a");
}
TEST_CASE("text between two pushes is whole characters when stop strings are") {
  CHECK(stream({"é!"}, {"caf", "é", "?"}) == Texts{"caf", "", "é?", ""});
}

TEST_CASE("law: the result is the definition's, however the text is cut into pieces") {
  Random random(5);
  const auto word = [&](std::size_t most) {
    std::string text(1 + static_cast<std::size_t>(static_cast<double>(most) * random.uniform()), 'a');
    for (char& c : text) c = random.uniform() < 0.5 ? 'a' : 'b';
    return text;
  };
  for (int trial = 0; trial < 3000; ++trial) {
    std::vector<std::string> stops{word(5)};
    while (random.uniform() < 0.5) stops.push_back(word(6));
    const std::string text = word(16);
    StopStrings search(stops);
    std::string out;
    bool stopped = false;
    for (std::size_t begin = 0; begin < text.size() && !stopped;) {
      const std::size_t length = 1 + static_cast<std::size_t>(4 * random.uniform());
      std::string_view piece = std::string_view(text).substr(begin, length);
      begin += length;
      stopped = search.push(piece, out);
    }
    if (!stopped) search.finish(out);
    CAPTURE(text);
    CHECK(out == cut_at_first_stop(stops, text));
  }
}

TEST_CASE("stop strings that make no sense are refused") {
  CHECK_THROWS_WITH_AS(StopStrings({"a", ""}), doctest::Contains("a stop string is empty"), Error);
  CHECK_THROWS_WITH_AS(StopStrings({"\xA9"}), doctest::Contains("not UTF-8"), Error);
}
