#include <qwen3vl/bridge/xtensor.hpp>

#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/bridge/eigen.hpp>  // both bridges in one file: as_view picks by type

using namespace qwen3vl;

TEST_CASE("a view and its xtensor are the same memory") {
  std::vector<float> numbers(24);
  for (int i = 0; i < 24; ++i) numbers[i] = static_cast<float>(i);
  const View<float, 3> view(numbers.data(), {2, 3, 4});

  auto array = as_xtensor(view);
  CHECK(array.data() == numbers.data());
  CHECK(array.dimension() == 3);
  CHECK(array(1, 2, 3) == 23);
  array(1, 2, 3) = -1;
  CHECK(view(1, 2, 3) == -1);
  array += 1.0f;
  CHECK(numbers[0] == 1);

  SUBCASE("strides are kept") {
    const View<float, 2> matrix(numbers.data(), {6, 4});
    auto part = as_xtensor(columns(matrix, 1, 2));
    CHECK(part.data() == numbers.data() + 1);
    CHECK(part(5, 1) == matrix(5, 2));
    part.fill(9);
    CHECK(matrix(3, 1) == 9);
    CHECK(matrix(3, 0) == 13);
    CHECK(matrix(3, 3) == 16);
  }
  SUBCASE("a const view") {
    const auto fixed = as_xtensor(View<const float, 3>(view));
    CHECK(fixed.data() == numbers.data());
    CHECK(fixed(0, 1, 0) == 5);
  }
  SUBCASE("axes of one, and none at all") {
    CHECK(as_xtensor(view.rows(1, 1))(0, 0, 0) == 13);
    CHECK(as_xtensor(view.rows(0, 0)).size() == 0);
  }
}

TEST_CASE("an xtensor and its view are the same memory") {
  xt::xtensor<float, 2> x = {{1, 2, 3}, {4, 5, 6}};
  const View<float, 2> view = as_view(x);
  CHECK(view.data == x.data());
  CHECK(view.contiguous());
  CHECK(view(1, 0) == 4);
  view(1, 0) = -4;
  CHECK(x(1, 0) == -4);

  SUBCASE("column-major") {
    xt::xtensor<float, 2, xt::layout_type::column_major> columns = x;
    const View<float, 2> strided = as_view(columns);
    CHECK(strided.stride[0] == 1);
    CHECK(strided(1, 2) == 6);
  }
  SUBCASE("one row") {
    xt::xtensor<float, 2> row = {{1, 2, 3}};
    CHECK(as_view(row).contiguous());
    CHECK(as_view(row).stride[0] == 3);
    const auto& fixed = row;
    static_assert(std::is_same_v<decltype(as_view(fixed)), View<const float, 2>>);
    CHECK(as_view(fixed).data == row.data());
  }
  SUBCASE("there and back") {
    auto again = as_xtensor(view);
    CHECK(as_view(again).data == x.data());
    CHECK(as_view(again)(0, 2) == 3);
  }
  SUBCASE("from xtensor to Eigen") {
    CHECK(as_eigen(view).sum() == 13);
    Eigen::MatrixXf matrix = as_eigen(view);
    CHECK(as_view(matrix)(1, 2) == 6);
  }
}

template <class X>
concept has_view_of_temporary = requires {
  as_view(X());
};
static_assert(!has_view_of_temporary<xt::xtensor<float, 2>>);
