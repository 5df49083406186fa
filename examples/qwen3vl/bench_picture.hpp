#pragma once

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/output_file.hpp>
#include <qwen3vl/media/alpha.hpp>
#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/image_file.hpp>
#include <qwen3vl/media/stb_image.hpp>
#include <qwen3vl/media/stb_image_write.hpp>

/// The picture of the row first_token. It needs stb_image alone, so that a machine without libexif and libcurl
/// can be measured: how a camera was held is not looked at.
namespace program {

/// A file to RGB: as media/load_image.hpp does it, for a path.
inline qwen3vl::Image read_picture(const std::string& path) {
  using namespace qwen3vl;
  const std::string content = read_file(path, std::uint64_t{1} << 30);
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(content.data()),
                                            content.size());
  const ImageFile file = inspect_image_file(bytes, path);
  if (file.width < 1 || file.height < 1 || file.width > 178'956'970 / file.height)
    throw Error(path,
                "a picture of " + std::to_string(file.width) + "x" + std::to_string(file.height) + " pixels",
                "a smaller one");
  const DecodedPixels pixels = stb_decode(bytes, path);
  return to_rgb(pixels.data.get(), pixels.width, pixels.height, pixels.channels,
                file.alpha_is_padding ? Alpha::drop : Alpha::onto_white);
}

/// A picture that does not compress to nothing: waves of three colours under some noise.
inline qwen3vl::Image draw_picture(int width, int height) {
  qwen3vl::Image image(width, height);
  std::uint32_t state = 12345;
  std::size_t at = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      state = state * 1664525u + 1013904223u;
      const int noise = static_cast<int>(state >> 28);
      for (const int wave : {x * 200 / width, y * 200 / height, (x ^ y) & 127})
        image.rgb[at++] = static_cast<std::uint8_t>(wave + 20 + noise);
    }
  return image;
}

/// A PNG file in the folder for temporary ones, removed with the object.
class TemporaryPicture {
 public:
  TemporaryPicture(int width, int height) {
    std::error_code none;
    std::filesystem::path folder = std::filesystem::temp_directory_path(none);
    if (none) folder = ".";
    path_ = (folder / ("qwen3vl-bench-" + std::to_string(::getpid()) + ".png")).string();
    const std::vector<std::uint8_t> png = qwen3vl::encode_png(draw_picture(width, height));
    qwen3vl::write_file(path_, std::string_view(reinterpret_cast<const char*>(png.data()), png.size()));
  }
  TemporaryPicture(const TemporaryPicture&) = delete;
  TemporaryPicture& operator=(const TemporaryPicture&) = delete;
  ~TemporaryPicture() { (void)::unlink(path_.c_str()); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace program
