#pragma once

#include <cstdint>

#include <qwen3vl/media/image.hpp>

namespace qwen3vl {

/// What becomes of transparency: onto white as the utility package does, or dropped as the image
/// processor's convert("RGB") does.
enum class Alpha { onto_white, drop };

/// (v·a + 255·(255 − a)) / 255, rounded as PIL's paste does.
constexpr std::uint8_t onto_white(int value, int alpha) {
  const int sum = value * alpha + 255 * (255 - alpha) + 128;
  return static_cast<std::uint8_t>(((sum >> 8) + sum) >> 8);
}

/// Gray (1 channel), gray with alpha (2), RGB (3) or RGBA (4) to RGB.
///
///   pixels : [height, width, channels], dense
inline Image to_rgb(const std::uint8_t* pixels, int width, int height, int channels, Alpha policy) {
  Image image;
  image.width = width, image.height = height;
  const std::size_t count = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  if (channels == 3) {
    image.rgb.assign(pixels, pixels + 3 * count);
    return image;
  }
  image.rgb.resize(3 * count);
  const int colours = channels < 3 ? 1 : 3;
  const bool blend = channels != colours && policy == Alpha::onto_white;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* pixel = pixels + i * static_cast<std::size_t>(channels);
    for (int c = 0; c < 3; ++c) {
      const std::uint8_t value = pixel[colours == 1 ? 0 : c];
      image.rgb[3 * i + static_cast<std::size_t>(c)] = blend ? onto_white(value, pixel[channels - 1]) : value;
    }
  }
  return image;
}

}  // namespace qwen3vl
