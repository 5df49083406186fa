#pragma once

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/smart_resize.hpp>

namespace qwen3vl {

/// x to the right, y down, from the upper left corner.
struct Point {
  double x, y;
};

/// Where the model's picture sits in the user's: both show the same, in different units.
///
///   original   pixels of the picture as a viewer shows it, EXIF orientation applied
///   resized    pixels of the picture the model saw        Qwen2.5-VL's coordinates
///   relative   0 … 1000 along each side                   Qwen2-VL's and Qwen3-VL's coordinates
///
/// A point is carried over as a place in the plane, so (0, 0) and the lower right corner stay what
/// they are; nothing is rounded or clamped, for a model may point outside.
struct Placement {
  PixelSize original, resized;

  Point relative_to_original(Point at) const { return scale(at, {1000, 1000}, original); }
  Point original_to_relative(Point at) const { return scale(at, original, {1000, 1000}); }
  Point resized_to_original(Point at) const { return scale(at, resized, original); }
  Point original_to_resized(Point at) const { return scale(at, original, resized); }

 private:
  static Point scale(Point at, PixelSize from, PixelSize to) {
    return {at.x * to.width / from.width, at.y * to.height / from.height};
  }
};

}  // namespace qwen3vl
