#pragma once

/// Compiles stb_image: include it in exactly one source file of a program, for instance in a file
/// that holds nothing but this line. Only the formats that media/stb_image.hpp names are compiled.
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
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("shift", "signed-integer-overflow"))), \
                             apply_to = function)
#endif
#include <stb/stb_image.h>
#ifdef __clang__
#pragma clang attribute pop
#endif
