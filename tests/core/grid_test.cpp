#include <doctest/doctest.h>

#include <qwen3vl/core/grid.hpp>

using namespace qwen3vl;

TEST_CASE("Grid: patches before merging, tokens after") {
  CHECK(Grid{1, 4, 6}.patches() == 24);
  CHECK(Grid{1, 4, 6}.tokens(2) == 6);
  CHECK(Grid{3, 4, 4}.tokens(2) == 12);
  CHECK(Grid{1, 3, 5}.tokens(1) == 15);
  CHECK(Grid{100000, 1000, 1000}.patches() == 100000000000);
  CHECK(Grid{1, 2, 3} == Grid{1, 2, 3});
  CHECK_FALSE(Grid{1, 2, 3} == Grid{1, 3, 2});
}
