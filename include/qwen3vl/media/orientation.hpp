#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include <qwen3vl/media/image.hpp>

namespace qwen3vl {

/// The picture turned upright, as a view with other strides: nothing is copied.
///
///   the camera's top row and left column are, upright,
///   1 top, left     2 top, right     3 bottom, right    4 bottom, left
///   5 left, top     6 right, top     7 right, bottom    8 left, bottom
///
///   stored : [height, width, 3]    orientation : 1 … 8, from 5 on height and width change places
inline View<const std::uint8_t, 3> upright(View<const std::uint8_t, 3> stored, int orientation) {
  const auto flip = [&](int axis) {
    stored.data += (stored.shape[axis] - 1) * stored.stride[axis];
    stored.stride[axis] = -stored.stride[axis];
  };
  const bool rows_run_down[] = {true, true, false, false, true, false, false, true};
  const bool columns_run_right[] = {true, false, false, true, true, true, false, false};
  if (orientation < 2 || orientation > 8 || stored.size() == 0) return stored;
  if (!rows_run_down[orientation - 1]) flip(0);
  if (!columns_run_right[orientation - 1]) flip(1);
  if (orientation >= 5) {
    std::swap(stored.shape[0], stored.shape[1]);
    std::swap(stored.stride[0], stored.stride[1]);
  }
  return stored;
}

/// The same as an image of its own.
inline Image turn_upright(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const View<const std::uint8_t, 3> from = upright(std::as_const(image).view(), orientation);
  Image turned(static_cast<int>(from.shape[1]), static_cast<int>(from.shape[0]));
  const View<std::uint8_t, 3> to = turned.view();
  constexpr std::int64_t tile = 64;  // squares: neither side's rows leave the cache
  for (std::int64_t top = 0; top < to.shape[0]; top += tile)
    for (std::int64_t left = 0; left < to.shape[1]; left += tile)
      for (std::int64_t y = top; y < std::min(top + tile, to.shape[0]); ++y)
        for (std::int64_t x = left; x < std::min(left + tile, to.shape[1]); ++x)
          for (int c = 0; c < 3; ++c) to(y, x, c) = from(y, x, c);
  return turned;
}

}  // namespace qwen3vl
