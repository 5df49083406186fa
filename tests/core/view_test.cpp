#include <numeric>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>

using namespace qwen3vl;

namespace {
std::vector<float> iota(int n) {
  std::vector<float> numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0.0f);
  return numbers;
}
}  // namespace

static_assert(std::is_trivially_copyable_v<View<float, 3>>);
static_assert(std::is_convertible_v<View<float, 2>, View<const float, 2>>);
static_assert(!std::is_convertible_v<View<const float, 2>, View<float, 2>>);
static_assert(!std::is_convertible_v<View<float, 2>, View<const float, 1>>);
static_assert(!std::is_convertible_v<View<float, 2, Device>, View<const float, 2, Host>>);
static_assert(!std::is_invocable_v<View<float, 2>, int>, "x(t) on a matrix is a mistake, not a row");
static_assert(std::is_invocable_v<View<float, 2>, int, std::int64_t>);

TEST_CASE("View: row-major, the last index fastest") {
  auto numbers = iota(24);
  const View<float, 3> x(numbers.data(), {2, 3, 4});
  CHECK(x(0, 0, 0) == 0);
  CHECK(x(0, 0, 3) == 3);
  CHECK(x(0, 2, 0) == 8);
  CHECK(x(1, 2, 3) == 23);
  CHECK(x.size() == 24);
  CHECK(x.contiguous());
  CHECK_FALSE(x.empty());
}

TEST_CASE("View: rows and entries of the first axis") {
  auto numbers = iota(24);
  const View<float, 3> x(numbers.data(), {2, 3, 4});
  CHECK(x[1](2, 3) == 23);
  CHECK(x[1][2](3) == 23);
  CHECK(x[0].rows(1, 2)(0, 0) == 4);
  CHECK(x[0].rows(1, 2).shape[0] == 2);
  CHECK(x.rows(2, 0).size() == 0);
  CHECK(x.rows(2, 0).empty());
}

TEST_CASE("View: columns, splits and reshapes are the same memory") {
  auto numbers = iota(24);
  const View<float, 2> x(numbers.data(), {2, 12});
  const auto part = columns(x, 4, 6);
  CHECK(part(1, 5) == 21);
  CHECK_FALSE(part.contiguous());
  CHECK(part.rows(1, 1).contiguous());

  const auto heads = split_last(part, 2, 3);  // [2, 2, 3]
  CHECK(heads(1, 1, 2) == 21);
  CHECK(heads(1, 0, 0) == 16);
  CHECK_FALSE(heads.contiguous());
  CHECK(split_last(x, 3, 4).contiguous());

  CHECK(reshape(x, {4, 6})(3, 5) == 23);
  CHECK(reshape(x, {24})(13) == 13);
}

TEST_CASE("View: axes of one have any stride") {
  float number = 7;
  View<float, 2> x(&number, {1, 1});
  x.stride[0] = 1000;
  CHECK(x.contiguous());
}

TEST_CASE("View: none at all") {
  CHECK(View<float, 2>{}.empty());
  CHECK(View<float, 2>{}.size() == 0);
  float number = 0;
  CHECK(View<float, 2>(&number, {0, 5}).empty());
}

TEST_CASE("Shape: sizes whose rank is a value") {
  constexpr Shape shape{3, 4, 5};
  static_assert(shape.rank == 3 && shape[2] == 5 && shape.size() == 60);
  CHECK(shape == Shape{3, 4, 5});
  CHECK_FALSE(shape == Shape{3, 4});
  CHECK_FALSE(shape == Shape{3, 4, 6});
  CHECK(Shape{}.size() == 1);
  CHECK(to_string(shape) == "[3, 4, 5]");
  CHECK(to_string(Shape{}) == "[]");
}
