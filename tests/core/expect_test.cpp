#include <string>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/with_constant.hpp>

#include "../support/close.hpp"

using namespace qwen3vl;

TEST_CASE("Error says where, what, and what to do") {
  CHECK(std::string(Error("here", "this is wrong").what()) == "here: this is wrong");
  CHECK(std::string(Error("here", "this is wrong", "do that").what()) ==
        "here: this is wrong\n  hint: do that");
}

TEST_CASE("expect_shape names the tensor, what it is and what it should be") {
  const View<float, 2> x(nullptr, {5, 96});
  expect_shape("op", "x", x, {5, 96});
  CHECK_REFUSES(expect_shape("op", "x", x, {5, 97}, "a hint"), "op: x is [5, 96], should be [5, 97]");
  CHECK_REFUSES(expect_shape("op", "x", x, {4, 96}, "a hint"), "hint: a hint");
}

TEST_CASE("expect_dense_rows wants the elements of a row side by side") {
  float numbers[5 * 96] = {};
  View<float, 2> x(numbers, {5, 96});
  expect_dense_rows("op", "x", x);
  expect_dense_rows("op", "x", columns(x, 1, 4));
  x.stride[1] = 2;
  CHECK_REFUSES(expect_dense_rows("op", "x", x), "x has gaps between the elements of a row");
  x.shape[1] = 1;  // a row of one has none
  expect_dense_rows("op", "x", x);
}

TEST_CASE("with_constant turns a number into a constant, or says which has no kernel") {
  int found = 0;
  with_constant<64, 72, 128>("op", "head_dim", 72, [&](auto d) {
    static_assert(d() == 64 || d() == 72 || d() == 128);
    found = d();
  });
  CHECK(found == 72);
  CHECK_REFUSES((with_constant<64, 72>("op", "head_dim", 80, [](auto) {})),
                "op: head_dim = 80 has no kernel");
}
