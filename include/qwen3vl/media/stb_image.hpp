#pragma once

#include <stb/stb_image.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include <qwen3vl/core/error.hpp>

/// The only header that sees stb_image, and it sees declarations alone. One source file of the
/// program includes <qwen3vl/media/stb_image_implementation.hpp>, which compiles the decoder.
namespace qwen3vl {

/// Pixels as the file has them, 8 bit: gray, gray and alpha, RGB or RGBA. CMYK has become RGB, a
/// palette its colours, 16 bit its high byte.
struct DecodedPixels {
  int width = 0, height = 0, channels = 0;                                        // channels: 1 … 4
  std::unique_ptr<std::uint8_t, void (*)(void*)> data{nullptr, stbi_image_free};  // [height, width, channels]
};

/// A whole PNG, JPEG, BMP or GIF (its first frame) in memory. `name` is for messages.
inline DecodedPixels stb_decode(std::span<const std::uint8_t> file, const std::string& name) {
  if (file.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw Error(name, std::to_string(file.size()) + " bytes are more than an image file can have");
  DecodedPixels pixels;
  pixels.data.reset(stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &pixels.width,
                                          &pixels.height, &pixels.channels, 0));
  if (!pixels.data) {
    const char* reason = stbi_failure_reason();
    throw Error(name, std::string("cannot be decoded: ") + (reason ? reason : "no reason given"),
                "corrupt, or a rare variant of its format?");
  }
  return pixels;
}

/// Width and height as the decoder reads them from the header, a BMP's height negative when its rows run
/// downwards; {0, 0} if it does not know the format.
inline std::pair<int, int> stb_size(std::span<const std::uint8_t> file) {
  int width = 0, height = 0, channels = 0;
  const int count = static_cast<int>(std::min<std::size_t>(file.size(), std::numeric_limits<int>::max()));
  if (!stbi_info_from_memory(file.data(), count, &width, &height, &channels)) return {0, 0};
  return {width, height};
}

}  // namespace qwen3vl
