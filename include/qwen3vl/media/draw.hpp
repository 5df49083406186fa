#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/mark.hpp>
#include <qwen3vl/media/stb_easy_font.hpp>

/// Marks onto a picture, for a person to look at:
///
///   box     a frame                       each mark in a colour of its own, with a dark rim, so that it
///   point   a cross in a ring             shows on any ground
///   label   in a field at the upper left corner of the box, or beside the point
///
/// Lines and letters grow with the picture. What lies outside of it is cut off.
namespace qwen3vl {

struct Colour {
  std::uint8_t red, green, blue;
};

/// Fills a rectangle; its edges are rounded to pixels, and any number will do.
inline void fill_rectangle(Image& image, double left, double top, double right, double bottom,
                           Colour colour) {
  const auto pixel = [](double at, int size) {  // NaN: 0
    return at > 0 ? static_cast<int>(std::lround(std::min(at, double(size)))) : 0;
  };
  const int from_x = pixel(left, image.width), to_x = pixel(right, image.width);
  const int from_y = pixel(top, image.height), to_y = pixel(bottom, image.height);
  const View<std::uint8_t, 3> pixels = image.view();
  for (int y = from_y; y < to_y; ++y)
    for (int x = from_x; x < to_x; ++x)
      pixels(y, x, 0) = colour.red, pixels(y, x, 1) = colour.green, pixels(y, x, 2) = colour.blue;
}

/// The outline of a rectangle: `width` pixels on both sides of its edge together.
inline void draw_frame(Image& image, const Mark& box, double width, Colour colour) {
  const double half = width / 2;
  const auto [left, top] = box.upper_left;
  const auto [right, bottom] = box.lower_right;
  fill_rectangle(image, left - half, top - half, right + half, top + half, colour);
  fill_rectangle(image, left - half, bottom - half, right + half, bottom + half, colour);
  fill_rectangle(image, left - half, top - half, left + half, bottom + half, colour);
  fill_rectangle(image, right - half, top - half, right + half, bottom + half, colour);
}

/// A cross in a ring of this radius.
inline void draw_crosshair(Image& image, Point at, double radius, double width, Colour colour) {
  const double half = width / 2, arm = radius * 1.5;
  fill_rectangle(image, at.x - arm, at.y - half, at.x + arm, at.y + half, colour);
  fill_rectangle(image, at.x - half, at.y - arm, at.x + half, at.y + arm, colour);
  for (double y = std::floor(std::max(0.0, at.y - radius - width));
       y < std::min<double>(image.height, at.y + radius + width); ++y)
    for (double x = std::floor(std::max(0.0, at.x - radius - width));
         x < std::min<double>(image.width, at.x + radius + width); ++x)
      if (std::abs(std::hypot(x + 0.5 - at.x, y + 0.5 - at.y) - radius) <= half)
        fill_rectangle(image, x, y, x + 1, y + 1, colour);
}

/// A line of text with its upper left corner at `at`, `scale` pixels to a unit of the font.
inline void draw_text(Image& image, Point at, const std::string& text, double scale, Colour colour) {
  std::vector<FontRectangle> letters(std::min<std::size_t>(text.size(), 1000) * 16);
  const int count = font_rectangles(text.c_str(), letters.data(), static_cast<int>(letters.size()));
  for (const FontRectangle& part : std::span(letters).first(static_cast<std::size_t>(count)))
    fill_rectangle(image, at.x + scale * part.left, at.y + scale * part.top, at.x + scale * part.right,
                   at.y + scale * part.bottom, colour);
}

/// What is written beside mark number `index` of `count`: its label where the font has its letters, else
/// the number, from 1 on, where there are several.
inline std::string mark_caption(const Mark& mark, std::size_t index, std::size_t count) {
  const bool ascii =
      std::all_of(mark.label.begin(), mark.label.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (ascii && !mark.label.empty()) return mark.label.substr(0, 60);
  return count > 1 ? std::to_string(index + 1) : std::string();
}

/// All marks, in pixels of this picture.
inline void draw_marks(Image& image, std::span<const Mark> marks) {
  constexpr Colour palette[] = {{255, 60, 60},  {60, 200, 80},  {70, 130, 255}, {255, 190, 30},
                                {220, 80, 230}, {30, 210, 220}, {255, 130, 40}, {170, 220, 50}};
  constexpr Colour rim{0, 0, 0}, ink{255, 255, 255};
  const double side = std::min(image.width, image.height);
  const double width = std::max(2.0, std::round(side / 160)), radius = std::max(8.0, side / 40);
  const double scale = std::max(1.0, std::round(side / 300));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Mark& mark = marks[i];
    const Colour colour = palette[i % std::size(palette)];
    const bool box = mark.kind == Mark::Kind::box;
    if (box) {
      draw_frame(image, mark, width + 2, rim);
      draw_frame(image, mark, width, colour);
    } else {
      draw_crosshair(image, mark.center(), radius, width + 2, rim);
      draw_crosshair(image, mark.center(), radius, width, colour);
    }
    const std::string caption = mark_caption(mark, i, marks.size());
    if (caption.empty()) continue;
    const double high = scale * (font_height - 1), wide = scale * (font_width(caption.c_str()) + 3);
    Point at = box ? Point{mark.upper_left.x, mark.upper_left.y - high}
                   : Point{mark.center().x + radius * 1.5, mark.center().y - high / 2};
    if (!box && at.x + wide > image.width) at.x = mark.center().x - radius * 1.5 - wide;
    at.x = std::clamp(at.x, 0.0, std::max(0.0, image.width - wide));  // a caption stays in the picture
    at.y = std::clamp(at.y, 0.0, std::max(0.0, image.height - high));
    fill_rectangle(image, at.x, at.y, at.x + wide, at.y + high, rim);
    fill_rectangle(image, at.x, at.y + high - scale, at.x + wide, at.y + high, colour);
    draw_text(image, {at.x + 2 * scale, at.y + 1 * scale}, caption, scale, ink);
  }
}

}  // namespace qwen3vl
