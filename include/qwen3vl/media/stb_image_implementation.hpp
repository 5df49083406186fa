#pragma once

/// Compiles stb_image, stb_image_write and stb_easy_font: include it in exactly one source file of a
/// program, for instance in a file that holds nothing but this line. Only the formats that
/// media/stb_image.hpp and media/stb_image_write.hpp name are compiled.
///
///   // stb_image.cpp
///   #include <qwen3vl/media/stb_image_implementation.hpp>
///
/// A program that compiles stb_image already, for its own sake, needs no second copy.
///
/// Where a JPEG's coded data run out before its end marker, stb_image 2.27 shifts zeros by more than
/// 31 bits, and its products of damaged coefficients may overflow: undefined by the language, without
/// consequence, and not to be reported under -fsanitize=undefined. Clang is told here; to GCC say
/// -fno-sanitize=shift,signed-integer-overflow for that one file.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_GIF
#define STBI_NO_STDIO
#define STB_IMAGE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("shift", "signed-integer-overflow"))), \
                             apply_to = function)
#endif
#include <stb/stb_image.h>
#ifdef __clang__
#pragma clang attribute pop
#endif
#include <algorithm>
#include <string>
#include <vector>

#include <stb/stb_easy_font.h>
#include <stb/stb_image_write.h>
#undef STB_IMAGE_IMPLEMENTATION  // the doors may be included after this: declarations alone
#undef STB_IMAGE_WRITE_IMPLEMENTATION

#include <qwen3vl/media/stb_easy_font.hpp>

namespace qwen3vl {

/// A copy that the library may take: it wants mutable text, and looks letters up in a table from ' ' to '~'.
inline std::string printable(const char* text) {
  std::string line = text;
  for (char& letter : line)
    if (letter < ' ' || letter > '~') letter = '?';
  return line;
}

int font_rectangles(const char* text, FontRectangle* rectangles, int most) {
  struct Corner {
    float x, y, z;
    unsigned char colour[4];
  };
  std::vector<Corner> corners(static_cast<std::size_t>(std::clamp(most, 0, 1 << 20)) * 4);
  const int count = stb_easy_font_print(0, 0, printable(text).data(), nullptr, corners.data(),
                                        static_cast<int>(corners.size() * sizeof(Corner)));
  for (int i = 0; i < count; ++i)  // clockwise from the upper left one
    rectangles[i] = {corners[std::size_t(i) * 4].x, corners[std::size_t(i) * 4].y,
                     corners[std::size_t(i) * 4 + 2].x, corners[std::size_t(i) * 4 + 2].y};
  return count;
}

int font_width(const char* text) { return stb_easy_font_width(printable(text).data()); }

}  // namespace qwen3vl
