#include <doctest/doctest.h>

#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>

using namespace qwen3vl;

TEST_CASE("CausalMask: a query sees what came before it and itself") {
  const Segment prompt{0, 4, 0, 4, 0};
  for (int i = 0; i < 4; ++i) {
    CHECK(CausalMask{}.visible(prompt, i).begin == 0);
    CHECK(CausalMask{}.visible(prompt, i).end == i + 1);
  }
  const Segment next_token{0, 1, 0, 10, 0};
  CHECK(CausalMask{}.visible(next_token, 0).end == 10);
  const Segment chunk{0, 3, 0, 10, 2};  // keys 0 and 1 are padding, 2 … 6 in the cache
  CHECK(CausalMask{}.visible(chunk, 0).begin == 2);
  CHECK(CausalMask{}.visible(chunk, 0).end == 8);
  CHECK(CausalMask{}.visible(chunk, 2).end == 10);
}

TEST_CASE("CausalMask: a query that is padding sees an empty run") {
  const KeyRange range = CausalMask{}.visible({0, 6, 0, 6, 3}, 1);
  CHECK(range.begin >= range.end);
}

TEST_CASE("FullMask: all keys but the padding") {
  const KeyRange range = FullMask{}.visible({0, 2, 0, 9, 4}, 1);
  CHECK(range.begin == 4);
  CHECK(range.end == 9);
}

TEST_CASE("a segment keeps to the rows there are") {
  CHECK(within(Segment{2, 3, 4, 5, 0}, 5, 9));
  CHECK(within(Segment{0, 0, 0, 0, 0}, 0, 0));
  CHECK_FALSE(within(Segment{2, 4, 4, 5, 0}, 5, 9));  // queries 2 … 5 of 5
  CHECK_FALSE(within(Segment{2, 3, 4, 6, 0}, 5, 9));  // keys 4 … 9 of 9
  CHECK_FALSE(within(Segment{-1, 3, 4, 5, 0}, 5, 9));
  CHECK_FALSE(within(Segment{0, -1, 0, 5, 0}, 5, 9));
  CHECK_FALSE(within(Segment{0, 1, -1, 5, 0}, 5, 9));
  CHECK_FALSE(within(Segment{0, 1, 0, -5, 0}, 5, 9));
  CHECK_FALSE(within(Segment{2147483647, 1, 0, 1, 0}, 5, 9));
  CHECK_FALSE(within(Segment{0, 1, 2147483647, 2147483647, 0}, 5, 9));
}

namespace {
struct Matrix {  // a mask that answers for single keys is another idea
  bool visible(Segment, int, int) const { return true; }
};
}  // namespace
static_assert(!Mask<Matrix>);
