#pragma once

#include <cstdint>
#include <vector>

#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

/// Decoded pixels: RGB, 0..255, rows from top to bottom.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // [height, width, 3]

  Image() = default;
  Image(int columns, int rows)
      : width(columns), height(rows), rgb(std::size_t(columns) * std::size_t(rows) * 3) {}

  View<const std::uint8_t, 3> view() const { return {rgb.data(), {height, width, 3}}; }
  View<std::uint8_t, 3> view() { return {rgb.data(), {height, width, 3}}; }
};

}  // namespace qwen3vl
