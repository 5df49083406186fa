#include <qwen3vl/bridge/eigen.hpp>

#include <vector>

#include <doctest/doctest.h>

using namespace qwen3vl;

TEST_CASE("a view and its Eigen map are the same memory") {
  std::vector<float> numbers(15);
  for (int i = 0; i < 15; ++i) numbers[i] = static_cast<float>(i);
  const View<float, 2> view(numbers.data(), {3, 5});

  auto map = as_eigen(view);
  CHECK(map.data() == numbers.data());
  CHECK(map.rows() == 3);
  CHECK(map.cols() == 5);
  CHECK(map(2, 1) == 11);
  map(2, 1) = -1;
  CHECK(view(2, 1) == -1);

  SUBCASE("columns of a larger matrix keep their row stride") {
    auto part = as_eigen(columns(view, 1, 3));
    CHECK(part.data() == numbers.data() + 1);
    CHECK(part.outerStride() == 5);
    CHECK(part(1, 0) == 6);
  }
  SUBCASE("a const view gives a map that cannot be written") {
    const auto fixed = as_eigen(View<const float, 2>(view));
    CHECK(fixed.data() == numbers.data());
    static_assert(std::is_same_v<decltype(fixed.data()), const float*>);
  }
  SUBCASE("a vector is a row") {
    auto row = as_eigen(view[1]);
    CHECK(row.data() == numbers.data() + 5);
    CHECK(row.sum() == 35);
  }
  SUBCASE("any strides") {
    View<float, 2> transposed = view;
    std::swap(transposed.shape[0], transposed.shape[1]);
    std::swap(transposed.stride[0], transposed.stride[1]);
    auto strided = as_strided_eigen(transposed);
    CHECK(strided(4, 2) == 14);
    strided(4, 2) = 7;
    CHECK(view(2, 4) == 7);
    CHECK_THROWS_WITH_AS(as_eigen(transposed), doctest::Contains("gaps between the elements of a row"),
                         Error);

    View<float, 1> column = view[0];
    column.shape[0] = 3;
    column.stride[0] = 5;
    CHECK(as_strided_eigen(column)(1) == 5);
  }
  SUBCASE("products read and write in place") {
    RowMatrix<float> identity = RowMatrix<float>::Identity(5, 5);
    RowMatrix<float> out(3, 5);
    as_eigen(as_view(out)).noalias() = map * identity;
    CHECK(out == map);
  }
  SUBCASE("no rows") { CHECK(as_eigen(view.rows(0, 0)).size() == 0); }
}

TEST_CASE("bf16 and f16 are mapped as themselves") {
  std::vector<bf16> weights{bf16(1.5f), bf16(-2), bf16(3), bf16(0.25f)};
  auto map = as_eigen(View<bf16, 2>(weights.data(), {2, 2}));
  CHECK(static_cast<const void*>(map.data()) == weights.data());
  const Eigen::RowVector2f x(1, 2);
  const Eigen::RowVector2f y = x * map.cast<float>().transpose();  // 1·1.5 − 2·2, 1·3 + 2·0.25
  CHECK(y(0) == -2.5f);
  CHECK(y(1) == 3.5f);
  map = (map.cast<float>() * 2).cast<bf16>();
  CHECK(float(weights[3]) == 0.5f);

  f16 half(0.5f);
  CHECK(as_eigen(View<f16, 1>(&half, {1})).cast<float>()(0) == 0.5f);
}

TEST_CASE("an Eigen array and its view are the same memory") {
  RowMatrix<float> rows(3, 4);
  rows.setZero();
  const View<float, 2> view = as_view(rows);
  CHECK(view.data == rows.data());
  CHECK(view.contiguous());
  view(1, 2) = 5;
  CHECK(rows(1, 2) == 5);

  SUBCASE("a column-major matrix has its rows strided") {
    Eigen::MatrixXf columns = rows;
    const View<float, 2> strided = as_view(columns);
    CHECK(strided.data == columns.data());
    CHECK(strided.stride[0] == 1);
    CHECK(strided.stride[1] == 3);
    CHECK(strided(1, 2) == 5);
  }
  SUBCASE("vectors have rank 1") {
    Eigen::VectorXf vector = Eigen::VectorXf::LinSpaced(4, 0, 3);
    const View<float, 1> numbers = as_view(vector);
    CHECK(numbers.data == vector.data());
    CHECK(numbers(3) == 3);
  }
  SUBCASE("blocks and const matrices") {
    auto block = rows.block(1, 1, 2, 2);
    const View<float, 2> part = as_view(block);
    CHECK(part.data == rows.data() + 5);
    CHECK(part(0, 1) == 5);
    const auto& fixed = rows;
    static_assert(std::is_same_v<decltype(as_view(fixed)), View<const float, 2>>);
    CHECK(as_view(fixed).data == rows.data());
  }
}

template <class M>
concept has_view_of_temporary = requires {
  as_view(M());
};
static_assert(!has_view_of_temporary<Eigen::MatrixXf>);
