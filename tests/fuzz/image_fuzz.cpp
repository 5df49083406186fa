// libFuzzer: any bytes are an image, or an Error. Build with clang++ -fsanitize=fuzzer,address,undefined.
// A good corpus is the smaller files of tests/golden/media.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <qwen3vl/media/load_image.hpp>
#include <qwen3vl/media/stb_image_implementation.hpp>

namespace {

void decode(const std::vector<std::uint8_t>& file) {
  try {
    const qwen3vl::LoadOptions options{.max_pixels = 1 << 20};
    const qwen3vl::Image image = qwen3vl::decode_image(file, "fuzz", options);
    if (image.rgb.size() != std::size_t(image.width) * std::size_t(image.height) * 3) __builtin_trap();
  } catch (const qwen3vl::Error&) {
  }
}

/// Makes the checksums of a PNG's chunks right, or mutations would never reach the decoder.
void repair(std::vector<std::uint8_t>& file) {
  for (std::size_t at = 8; at + 12 <= file.size();) {
    const std::size_t length = std::size_t{file[at]} << 24 | std::size_t{file[at + 1]} << 16 |
                               std::size_t{file[at + 2]} << 8 | file[at + 3];
    if (length > file.size() - at - 12) return;
    const std::uint32_t sum = qwen3vl::crc32(std::span(file).subspan(at + 4, length + 4));
    for (std::size_t i = 0; i < 4; ++i)
      file[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += length + 12;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint8_t> file(data, data + size);
  decode(file);
  if (size > 8 && data[0] == 0x89 && data[1] == 'P') {
    repair(file);
    decode(file);
  }
  return 0;
}
