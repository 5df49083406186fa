#pragma once

/// Letters as rectangles. The only door to stb_easy_font: declared here, compiled with the decoder by
/// media/stb_image_implementation.hpp, because the library's functions belong to the file they are in.
namespace qwen3vl {

/// A filled rectangle, in units of the font: capitals are 7 high, a line is 12.
struct FontRectangle {
  float left, top, right, bottom;
};

/// The rectangles of a line of text with its upper left corner at (0, 0), at most `most`; returns how many.
/// What is not printable ASCII is shown as '?'.
int font_rectangles(const char* text, FontRectangle* rectangles, int most);
/// Of a line of text.
int font_width(const char* text);
inline constexpr int font_height = 12;

}  // namespace qwen3vl
