#pragma once

#include <algorithm>
#include <string>

#include <qwen3vl/media/placement.hpp>

namespace qwen3vl {

/// What an answer points at: a box, or a point, whose corners are one.
struct Mark {
  enum class Kind { box, point };
  Kind kind = Kind::box;
  Point upper_left{}, lower_right{};
  std::string label;  // UTF-8, may be empty

  Point center() const { return {(upper_left.x + lower_right.x) / 2, (upper_left.y + lower_right.y) / 2}; }
};

/// From any two opposite corners.
inline Mark box_mark(Point a, Point b, std::string label = {}) {
  return {Mark::Kind::box,
          {std::min(a.x, b.x), std::min(a.y, b.y)},
          {std::max(a.x, b.x), std::max(a.y, b.y)},
          std::move(label)};
}
inline Mark point_mark(Point at, std::string label = {}) {
  return {Mark::Kind::point, at, at, std::move(label)};
}

/// The unit in which a model says where things are: see media/placement.hpp.
enum class Coordinates {
  relative,  // 0 … 1000 along each side    Qwen-VL, Qwen2-VL, Qwen3-VL
  resized,   // pixels of the picture the model saw    Qwen2.5-VL
};

/// In pixels of the user's picture.
inline Mark to_original(Mark mark, const Placement& placement, Coordinates unit = Coordinates::relative) {
  for (Point* corner : {&mark.upper_left, &mark.lower_right})
    *corner = unit == Coordinates::relative ? placement.relative_to_original(*corner)
                                            : placement.resized_to_original(*corner);
  return mark;
}

/// Is the point inside the box or on its edge?
inline bool contains(const Mark& box, Point at) {
  return box.upper_left.x <= at.x && at.x <= box.lower_right.x && box.upper_left.y <= at.y &&
         at.y <= box.lower_right.y;
}

/// area(a ∩ b) / area(a ∪ b), between 0 and 1; 0 where both are without area.
inline double intersection_over_union(const Mark& a, const Mark& b) {
  const auto area = [](Point from, Point to) {
    return std::max(0.0, to.x - from.x) * std::max(0.0, to.y - from.y);
  };
  const double both =
      area({std::max(a.upper_left.x, b.upper_left.x), std::max(a.upper_left.y, b.upper_left.y)},
           {std::min(a.lower_right.x, b.lower_right.x), std::min(a.lower_right.y, b.lower_right.y)});
  const double either = area(a.upper_left, a.lower_right) + area(b.upper_left, b.lower_right) - both;
  return either > 0 ? both / either : 0;
}

}  // namespace qwen3vl
