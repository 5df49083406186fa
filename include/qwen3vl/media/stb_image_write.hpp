#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <stb/stb_image_write.h>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/image.hpp>

/// The only header that sees stb_image_write, and it sees declarations alone: the encoder is compiled
/// with the decoder, by media/stb_image_implementation.hpp.
namespace qwen3vl {

/// A PNG file's bytes, RGB of 8 bit.
inline std::vector<std::uint8_t> encode_png(const Image& image) {
  const auto bytes = (std::int64_t{image.width} * 3 + 1) * image.height;
  if (image.width < 1 || image.height < 1 || bytes > std::int64_t{1} << 30)  // the encoder counts in int
    throw Error("encode_png", std::to_string(image.width) + "x" + std::to_string(image.height) +
                                  " pixels are no picture that can be written");
  std::vector<std::uint8_t> file;
  const auto append = [](void* to, void* data, int size) {
    const auto* begin = static_cast<const std::uint8_t*>(data);
    static_cast<std::vector<std::uint8_t>*>(to)->assign(begin, begin + size);  // it is called once
  };
  if (!stbi_write_png_to_func(append, &file, image.width, image.height, 3, image.rgb.data(), image.width * 3))
    throw Error("encode_png", "no memory for " + std::to_string(bytes) + " bytes of pixels");
  return file;
}

}  // namespace qwen3vl
