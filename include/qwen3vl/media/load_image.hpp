#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/media/alpha.hpp>
#include <qwen3vl/media/exif.hpp>
#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/image_file.hpp>
#include <qwen3vl/media/orientation.hpp>
#include <qwen3vl/media/source.hpp>
#include <qwen3vl/media/stb_image.hpp>

/// An address or a file in memory to RGB pixels.
///
///   Image image = load_image("https://…/cat.jpg");                          // or a path, file://, data:
///   Image image = load_image("scan.png", {.alpha = Alpha::drop});
///
/// PNG, JPEG (progressive and CMYK too), BMP, the first frame of a GIF; 8 and 16 bit. A program that
/// uses it compiles stb_image once: media/stb_image_implementation.hpp.
namespace qwen3vl {

/// Is a camera's note on how it was held obeyed?
enum class Orientation { apply, ignore };

struct LoadOptions {
  Orientation orientation = Orientation::apply;
  Alpha alpha = Alpha::onto_white;
  /// Refused from the header on, before memory is taken. PIL's own limit; half a gigabyte of RGB.
  std::int64_t max_pixels = 178'956'970;
  SourceLimits limits = {};
};

/// A whole file in memory. `name` is for messages.
inline Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name,
                          const LoadOptions& options = {}) {
  const ImageFile file = inspect_image_file(bytes, name);
  const auto size = std::to_string(file.width) + "x" + std::to_string(file.height);
  if (file.width < 1 || file.height < 1) throw Error(name, "an image of " + size + " pixels");
  if (file.width > options.max_pixels / file.height)
    throw Error(name, size + " pixels are more than the limit of " + std::to_string(options.max_pixels),
                "raise LoadOptions::max_pixels if you trust the file");
  const auto [width, height] = stb_size(bytes);
  if (width && (width != file.width || std::abs(std::int64_t{height}) != file.height))
    throw Error(name, "its headers disagree about its size", "corrupt? fetch it again");

  const DecodedPixels pixels = stb_decode(bytes, name);
  const Alpha alpha = file.alpha_is_padding ? Alpha::drop : options.alpha;
  Image image = to_rgb(pixels.data.get(), pixels.width, pixels.height, pixels.channels, alpha);
  const int orientation = options.orientation == Orientation::apply ? exif_orientation(file.exif) : 1;
  return turn_upright(std::move(image), orientation);
}

/// A path, or a file://, data:, http:// or https:// address.
inline Image load_image(const std::string& address, const LoadOptions& options = {}) {
  const std::vector<std::uint8_t> bytes = read_source(address, options.limits);
  return decode_image(bytes, shown_address(address), options);
}

}  // namespace qwen3vl
