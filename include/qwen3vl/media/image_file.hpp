#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/crc32.hpp>
#include <qwen3vl/media/file_bytes.hpp>
#include <qwen3vl/media/jpeg_file.hpp>

/// What an image file says about itself before a pixel is decoded: its kind, its size, whether it is
/// all there. Decoders fill what is missing with zeros, or believe a header that promises more pixels
/// than the file can hold; here both are refused.
///
///   PNG    every chunk lies inside the file, critical ones have the right CRC, IEND is the last;
///          the compressed bytes can hold the picture (deflate shrinks to 1/1032 at most) and not twice it
///   JPEG   every segment lies inside, the end marker is there; each 8 × 8 block has its bit; scans use
///          tables that exist, and are no more than 100
///   GIF    the blocks of the first frame lie inside
///   BMP    the rows lie inside
namespace qwen3vl {

inline ImageFile inspect_png(const FileBytes& file) {
  ImageFile found{ImageFormat::png, 0, 0, {}, false};
  std::uint64_t bits_per_pixel = 0, compressed = 0;
  bool damaged = false;
  for (std::size_t at = 8;;) {
    const std::uint32_t length = file.big(at, 4);
    const auto type_and_data = file.part(at + 4, std::size_t{length} + 4);
    const std::uint32_t crc = file.big(at + 8 + length, 4);
    const auto is = [&](const char* type) { return std::memcmp(type_and_data.data(), type, 4) == 0; };
    const bool critical = (type_and_data[0] & 0x20) == 0;
    damaged |= critical && crc32(type_and_data) != crc;
    if (at == 8) {
      if (!is("IHDR") || length != 13) file.corrupt("a PNG without its header chunk");
      found.width = file.big(at + 8, 4), found.height = file.big(at + 12, 4);
      const std::uint32_t depth = file.big(at + 16, 1), colour = file.big(at + 17, 1);
      bits_per_pixel = depth * (colour == 2 ? 3u : colour == 4 ? 2u : colour == 6 ? 4u : 1u);
    } else if (is("IDAT")) {
      compressed += length;
    } else if (is("eXIf")) {
      found.exif = type_and_data.subspan(4);
    } else if (is("IEND")) {
      break;
    }
    at += std::size_t{length} + 12;
  }
  // width, height < 2^32 and at most 64 bits: below 2^70, so in double, where a bound needs no last digit
  const double pixels = static_cast<double>(found.width) * static_cast<double>(found.height) *
                        static_cast<double>(bits_per_pixel) / 8;
  if (pixels > 1032.0 * static_cast<double>(compressed) + 1032) file.too_short_for(found.width, found.height);
  // The decoder inflates whatever is there. Rows have a byte of their own, interlaced ones some more.
  const double rows = 8 * (static_cast<double>(found.height) + 8);
  if (static_cast<double>(compressed) > 2 * (pixels + rows) + 65536)
    file.corrupt(std::to_string(compressed) + " bytes of pixels for " + std::to_string(found.width) + "x" +
                 std::to_string(found.height));
  if (damaged) file.corrupt("a PNG chunk's checksum is wrong");
  return found;
}

inline ImageFile inspect_gif(const FileBytes& file) {
  ImageFile found{ImageFormat::gif, file.little(6, 2), file.little(8, 2), {}, false};
  const auto colours = [&](std::size_t flags_at) {
    const std::uint32_t flags = file.little(flags_at, 1);
    return flags & 0x80 ? std::size_t{3} << ((flags & 7) + 1) : std::size_t{0};
  };
  const auto skip_blocks = [&](std::size_t at) {
    while (const std::uint32_t length = file.little(at, 1)) at += length + 1;
    return at + 1;
  };
  for (std::size_t at = 13 + colours(10);;) {
    const std::uint32_t kind = file.little(at, 1);
    if (kind == 0x2c) {  // the first frame: its descriptor, its colours, one byte, its blocks
      skip_blocks(at + 10 + colours(at + 9) + 1);
      return found;
    }
    if (kind != 0x21) file.corrupt("a GIF without a frame");
    at = skip_blocks(at + 2);
  }
}

inline ImageFile inspect_bmp(const FileBytes& file) {
  ImageFile found{ImageFormat::bmp, 0, 0, {}, false};
  const std::uint32_t begin = file.little(10, 4), header = file.little(14, 4);
  std::uint32_t bits = 0, compression = 0;
  if (header == 12) {
    found.width = file.little(18, 2), found.height = file.little(20, 2), bits = file.little(24, 2);
  } else if (header >= 40) {
    found.width = static_cast<std::int32_t>(file.little(18, 4));
    found.height = static_cast<std::int32_t>(file.little(22, 4));  // negative: the top row comes first
    found.height = found.height < 0 ? -found.height : found.height;
    bits = file.little(28, 2), compression = file.little(30, 4);
  } else {
    file.corrupt("a BMP with a header of " + std::to_string(header) + " bytes");
  }
  if (found.width < 1 || found.height < 1) file.corrupt("a BMP of no pixels");
  if (compression != 0 && compression != 3) file.corrupt("a compressed BMP, which no decoder here reads");
  const std::uint64_t row = (static_cast<std::uint64_t>(found.width) * bits + 31) / 32 * 4;
  if (begin > file.size() || row * static_cast<std::uint64_t>(found.height) > file.size() - begin)
    file.too_short_for(found.width, found.height);
  found.alpha_is_padding = compression == 0;
  return found;
}

/// Looks at a whole file in memory. `name` is for messages.
inline ImageFile inspect_image_file(std::span<const std::uint8_t> bytes, const std::string& name) {
  const FileBytes file{bytes, name};
  if (bytes.empty()) throw Error(name, "the file is empty");
  if (file.starts_with("\x89PNG\r\n\x1a\n")) return inspect_png(file);
  if (file.starts_with("\xff\xd8\xff")) return inspect_jpeg(file);
  if (file.starts_with("GIF87a") || file.starts_with("GIF89a")) return inspect_gif(file);
  if (file.starts_with("BM")) return inspect_bmp(file);
  const char* known = file.starts_with("WEBP", 8)                                     ? "WebP"
                      : file.starts_with("II*\0") || file.starts_with("MM")           ? "TIFF"
                      : file.starts_with("ftypavif", 4)                               ? "AVIF"
                      : file.starts_with("ftyphe", 4) || file.starts_with("ftypm", 4) ? "HEIF or video"
                                                                                      : nullptr;
  throw Error(name,
              std::string("not a PNG, JPEG, BMP or GIF file") + (known ? " but " + std::string(known) : ""),
              known ? "convert it to PNG or JPEG" : "is this an image?");
}

}  // namespace qwen3vl
