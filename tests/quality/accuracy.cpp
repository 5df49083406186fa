/// Does the demo model see? Its answers to questions that it was not trained on, in bf16 and greedy.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../../examples/answerer.hpp"
#include "../../examples/held_out.hpp"

using namespace qwen3vl;

namespace {

/// `accuracy` is what evaluate.py measured on 200 items. On n of them a model as good as that has fewer right
/// answers than n·p − 3·√(n·p·(1 − p)) once in 700 seeds: with twelve metrics, and letters that another version of
/// the drawing library sets a little differently, two standard errors would be too few.
void check(const std::string& metric, double accuracy) {
  std::vector<held_out::Item> items = held_out::read_items(QWEN3VL_HELD_OUT);
  std::erase_if(items, [&](const held_out::Item& item) { return item.metric != metric; });
  REQUIRE(items.size() >= 20);

  Answerer<bf16> answerer(QWEN3VL_DEMO);
  const double n = static_cast<double>(items.size());
  int right = 0;
  std::string wrong;
  for (const held_out::Item& item : items) {
    const std::string answer = answerer(item.media, item.prompt);
    if (held_out::is_right(item, answer))
      ++right;
    else
      wrong.append("\n  ").append(item.prompt).append(" | ").append(answer).append(" | ").append(item.answer);
  }
  const int least = static_cast<int>(std::floor(n * accuracy - 3 * std::sqrt(n * accuracy * (1 - accuracy))));
  MESSAGE(metric, ": ", right, " of ", items.size(), " right, at least ", least,
          "; question | answer | expected:", wrong);
  CHECK(right >= least);
}

}  // namespace

TEST_CASE("quality: attributes") { check("attributes", 0.985); }
TEST_CASE("quality: counting") { check("counting", 0.975); }
TEST_CASE("quality: reading") { check("reading", 0.94); }
TEST_CASE("quality: grounding") { check("grounding", 0.985); }
TEST_CASE("quality: gui") { check("gui", 0.985); }
TEST_CASE("quality: chart") { check("chart", 0.985); }
TEST_CASE("quality: table") { check("table", 0.895); }
TEST_CASE("quality: video_time") { check("video_time", 0.985); }
TEST_CASE("quality: motion") { check("motion", 0.985); }
TEST_CASE("quality: describe") { check("describe", 0.97); }
TEST_CASE("quality: compare") { check("compare", 0.985); }
TEST_CASE("quality: order") { check("order", 0.985); }
