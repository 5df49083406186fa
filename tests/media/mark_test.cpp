#include <doctest/doctest.h>

#include <qwen3vl/media/mark.hpp>

using namespace qwen3vl;

TEST_CASE("mark: corners in any order, a centre, an inside") {
  const Mark box = box_mark({30, 5}, {10, 25}, "a");
  CHECK(box.upper_left.x == 10);
  CHECK(box.upper_left.y == 5);
  CHECK(box.lower_right.x == 30);
  CHECK(box.lower_right.y == 25);
  CHECK(box.center().x == 20);
  CHECK(box.center().y == 15);
  CHECK(contains(box, {10, 25}));
  CHECK_FALSE(contains(box, {9.9, 15}));
  CHECK_FALSE(contains(box, {20, 25.1}));
  CHECK(point_mark({1, 2}).center().y == 2);
}

TEST_CASE("mark: golden: thousandths and the model's pixels to the user's") {
  const Placement placement{{480, 640}, {448, 672}};  // height, width
  const Mark relative = to_original(box_mark({0, 250}, {1000, 500}), placement);
  CHECK(relative.upper_left.x == 0);
  CHECK(relative.upper_left.y == 120);
  CHECK(relative.lower_right.x == 640);
  CHECK(relative.lower_right.y == 240);
  const Mark pixels = to_original(point_mark({336, 112}, "x"), placement, Coordinates::resized);
  CHECK(pixels.center().x == doctest::Approx(320));
  CHECK(pixels.center().y == doctest::Approx(120));
  CHECK(pixels.label == "x");
}

TEST_CASE("mark: intersection over union") {
  const Mark a = box_mark({0, 0}, {10, 10});
  CHECK(intersection_over_union(a, a) == 1);
  CHECK(intersection_over_union(a, box_mark({5, 0}, {15, 10})) == doctest::Approx(1.0 / 3));
  CHECK(intersection_over_union(a, box_mark({2, 2}, {4, 7})) == doctest::Approx(0.1));
  CHECK(intersection_over_union(a, box_mark({20, 20}, {30, 30})) == 0);
  CHECK(intersection_over_union(a, box_mark({10, 0}, {20, 10})) == 0);  // an edge in common
  CHECK(intersection_over_union(point_mark({1, 1}), point_mark({1, 1})) == 0);
}
