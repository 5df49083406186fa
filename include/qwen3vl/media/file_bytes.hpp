#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

enum class ImageFormat { png, jpeg, gif, bmp };

struct ImageFile {
  ImageFormat format = ImageFormat::png;
  std::int64_t width = 0, height = 0;  // as the header says; before EXIF orientation
  std::span<const std::uint8_t> exif;  // a TIFF structure, or empty
  bool alpha_is_padding = false;       // 32-bit BMP: the fourth byte means nothing
};

/// Big- and little-endian numbers at checked offsets. Reading past the end is an Error.
struct FileBytes {
  std::span<const std::uint8_t> bytes;
  const std::string& name;

  std::size_t size() const { return bytes.size(); }
  std::span<const std::uint8_t> part(std::size_t at, std::size_t count) const {
    if (at > bytes.size() || count > bytes.size() - at)
      throw Error(name, "the file ends after " + std::to_string(bytes.size()) + " bytes, inside the picture",
                  "truncated? fetch it again");
    return bytes.subspan(at, count);
  }
  std::uint32_t big(std::size_t at, int count) const {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : part(at, static_cast<std::size_t>(count))) value = value << 8 | byte;
    return value;
  }
  std::uint32_t little(std::size_t at, int count) const {
    std::uint32_t value = 0;
    const auto field = part(at, static_cast<std::size_t>(count));
    for (int i = count - 1; i >= 0; --i) value = value << 8 | field[static_cast<std::size_t>(i)];
    return value;
  }
  bool starts_with(std::string_view magic, std::size_t at = 0) const {
    return at <= bytes.size() && bytes.size() - at >= magic.size() &&
           std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
  }
  [[noreturn]] void corrupt(const std::string& what) const {
    throw Error(name, what, "corrupt? fetch it again");
  }
  [[noreturn]] void too_short_for(std::int64_t width, std::int64_t height) const {
    corrupt("its header promises " + std::to_string(width) + "x" + std::to_string(height) +
            " pixels, more than " + std::to_string(size()) + " bytes can hold");
  }
};

}  // namespace qwen3vl
