#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/media/load_image.hpp>

#include "image_files.hpp"

using namespace qwen3vl;
using image_files::Bytes;

namespace {

const std::string media = QWEN3VL_GOLDEN "/media/";

std::vector<int> pixels(const Bytes& file, const LoadOptions& options = {}) {
  const Image image = decode_image(file, "test", options);
  return std::vector<int>(image.rgb.begin(), image.rgb.end());
}

}  // namespace

TEST_CASE("decode_image: every depth and colour of PNG") {
  using image_files::png;
  SUBCASE("gray of 1, 2 and 4 bits spans the whole range") {
    CHECK(pixels(png(3, 1, 1, 0, {0, 0b10100000})) == std::vector{255, 255, 255, 0, 0, 0, 255, 255, 255});
    CHECK(pixels(png(2, 1, 2, 0, {0, 0b01110000})) == std::vector{85, 85, 85, 255, 255, 255});
    CHECK(pixels(png(2, 1, 4, 0, {0, 0x3f})) == std::vector{51, 51, 51, 255, 255, 255});
  }
  SUBCASE("16 bits keep their high byte") {
    CHECK(pixels(png(2, 1, 16, 0, {0, 0x12, 0xff, 0xab, 0x00})) ==
          std::vector{0x12, 0x12, 0x12, 0xab, 0xab, 0xab});
    CHECK(pixels(png(1, 1, 16, 2, {0, 1, 255, 2, 255, 3, 255})) == std::vector{1, 2, 3});
  }
  SUBCASE("a palette, with and without transparency") {
    const Bytes palette = image_files::png_chunk("PLTE", {10, 20, 30, 40, 50, 60});
    CHECK(pixels(png(2, 1, 8, 3, {0, 1, 0}, palette)) == std::vector{40, 50, 60, 10, 20, 30});
    Bytes transparent = palette;
    image_files::append(transparent, image_files::png_chunk("tRNS", {0}));
    CHECK(pixels(png(2, 1, 8, 3, {0, 1, 0}, transparent)) == std::vector{40, 50, 60, 255, 255, 255});
    CHECK(pixels(png(2, 1, 8, 3, {0, 1, 0}, transparent), {.alpha = Alpha::drop}) ==
          std::vector{40, 50, 60, 10, 20, 30});
  }
  SUBCASE("alpha goes onto white, or is dropped") {
    const Bytes file = png(3, 1, 8, 6, {0, 100, 0, 255, 255, 100, 0, 255, 128, 100, 0, 255, 0});
    CHECK(pixels(file) == std::vector{100, 0, 255, 177, 127, 255, 255, 255, 255});
    CHECK(pixels(file, {.alpha = Alpha::drop}) == std::vector{100, 0, 255, 100, 0, 255, 100, 0, 255});
    CHECK(pixels(png(1, 1, 8, 4, {0, 100, 128})) == std::vector{177, 177, 177});
  }
}

TEST_CASE("onto_white rounds as PIL's paste") {
  for (int value = 0; value < 256; ++value) {
    CHECK(onto_white(value, 255) == value);
    CHECK(onto_white(value, 0) == 255);
    for (int alpha = 0; alpha < 256; ++alpha)  // to the nearest: 255 is odd, so there are no ties
      CHECK(onto_white(value, alpha) == (2 * (value * alpha + 255 * (255 - alpha)) + 255) / 510);
  }
}

TEST_CASE("decode_image: BMP") {
  using image_files::bmp;
  SUBCASE("rows run from the bottom, or from the top when the height is negative; BGR, padded") {
    const Bytes rows{1, 2, 3, 0, 4, 5, 6, 0};
    CHECK(pixels(bmp(1, 2, 24, rows)) == std::vector{6, 5, 4, 3, 2, 1});
    CHECK(pixels(bmp(1, -2, 24, rows)) == std::vector{3, 2, 1, 6, 5, 4});
  }
  SUBCASE("the fourth byte of 32 bits is padding") {
    CHECK(pixels(bmp(2, 1, 32, {1, 2, 3, 0, 4, 5, 6, 77})) == std::vector{3, 2, 1, 6, 5, 4});
  }
}

TEST_CASE("decode_image: all eight orientations of a JPEG") {
  const Bytes original = image_files::read(media + "exif_3.jpg");
  const Image stored = decode_image(original, "exif", {.orientation = Orientation::ignore});
  const int H = stored.height, W = stored.width;
  // the value of the tag 0x0112, a SHORT
  std::size_t value = 0;
  for (std::size_t at = 0; at + 10 < 400 && !value; ++at) {
    if (original[at] == 0x01 && original[at + 1] == 0x12 && original[at + 3] == 3) value = at + 9;
    if (original[at] == 0x12 && original[at + 1] == 0x01 && original[at + 2] == 3) value = at + 8;
  }
  REQUIRE(value > 0);
  REQUIRE(original[value] == 3);
  for (int orientation = 0; orientation <= 9; ++orientation) {
    CAPTURE(orientation);
    Bytes file = original;
    file[value] = std::uint8_t(orientation);
    const Image image = decode_image(file, "exif");
    const bool turned = orientation >= 5 && orientation <= 8;
    REQUIRE(image.height == (turned ? W : H));
    REQUIRE(image.width == (turned ? H : W));
    int different = 0;
    for (int y = 0; y < image.height; ++y)
      for (int x = 0; x < image.width; ++x) {
        const std::pair<int, int> from[] = {{y, x},         {y, x}, {y, W - 1 - x}, {H - 1 - y, W - 1 - x},
                                            {H - 1 - y, x}, {x, y}, {H - 1 - x, y}, {H - 1 - x, W - 1 - y},
                                            {x, W - 1 - y}, {y, x}};
        for (int c = 0; c < 3; ++c)
          different +=
              image.view()(y, x, c) != stored.view()(from[orientation].first, from[orientation].second, c);
      }
    CHECK(different == 0);
  }
}

TEST_CASE("decode_image: orientation in a PNG, and damaged EXIF") {
  const auto with = [](const Bytes& tiff) {
    return pixels(image_files::png(2, 1, 8, 0, {0, 10, 20}, image_files::png_chunk("eXIf", tiff)));
  };
  CHECK(with(image_files::tiff_with_orientation(1)) == std::vector{10, 10, 10, 20, 20, 20});
  CHECK(with(image_files::tiff_with_orientation(3)) == std::vector{20, 20, 20, 10, 10, 10});
  CHECK(with(image_files::tiff_with_orientation(77)) == std::vector{10, 10, 10, 20, 20, 20});
  CHECK(with({}) == std::vector{10, 10, 10, 20, 20, 20});
  CHECK(with({'I', 'I', 42}) == std::vector{10, 10, 10, 20, 20, 20});
  Bytes endless = image_files::tiff_with_orientation(3);
  endless[8] = endless[9] = 0xff;  // 65535 entries
  CHECK(with(endless).size() == 6);
  for (std::size_t cut = 0; cut < 26; ++cut) {
    Bytes shorter = image_files::tiff_with_orientation(6);
    shorter.resize(cut);
    CHECK(exif_orientation(shorter) >= 1);
  }
}

TEST_CASE("load_image: the reference's bad files, each with its reason") {
  const auto refuses = [](const char* name, const char* words) {
    CHECK_THROWS_WITH_AS(load_image(media + name), doctest::Contains(words), Error);
  };
  refuses("bad_empty.png", "bad_empty.png: the file is empty");
  refuses("bad_text.jpg", "not a PNG, JPEG, BMP or GIF file");
  refuses("bad_truncated.png", "inside the picture");
  refuses("bad_huge_header.png", "its header promises 2147483647x2147483647 pixels");
  refuses("no_such_file.png", "no such file");
}

TEST_CASE("decode_image: truncation is noticed wherever it happens") {
  for (const char* name : {"tiny_20x30.png", "exif_6.jpg", "photo_progressive.jpg", "bmp_77x55.bmp",
                           "anim.gif", "cmyk_240x160.jpg", "gray_alpha_64x48.png"}) {
    CAPTURE(name);
    const Bytes whole = image_files::read(media + name);
    CHECK_NOTHROW(decode_image(whole, name));
    // the end of a GIF's first frame lies before the end of the file
    const std::size_t end = std::string(name) == "anim.gif" ? 2000 : whole.size();
    for (std::size_t size = 0; size < end; size += 1 + end / 50) {
      CAPTURE(size);
      CHECK_THROWS_AS(decode_image(std::span(whole).first(size), name), Error);
    }
    if (std::string(name) != "anim.gif")
      CHECK_THROWS_AS(decode_image(std::span(whole).first(end - 1), name), Error);
  }
}

TEST_CASE("decode_image: a flipped bit in a PNG is noticed") {
  const Bytes whole = image_files::read(media + "tiny_20x30.png");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    Bytes damaged = whole;
    damaged[at] ^= 0x10;
    CAPTURE(at);
    CHECK_THROWS_AS(decode_image(damaged, "damaged"), Error);
  }
}

TEST_CASE("decode_image: bombs are refused by their headers") {
  const auto refuses = [](const Bytes& file, const char* words, const LoadOptions& options = {}) {
    CHECK_THROWS_WITH_AS(decode_image(file, "bomb", options), doctest::Contains(words), Error);
  };
  using image_files::png, image_files::bmp;
  refuses(png(100000, 100000, 8, 6, {0}), "its header promises 100000x100000 pixels");
  refuses(png(0, 5, 8, 0, {0}), "an image of 0x5 pixels");
  refuses(bmp(30000, 30000, 24, {0, 0, 0, 0}), "its header promises 30000x30000 pixels");
  refuses(bmp(0x7fffffff, -0x7fffffff, 32, {}), "its header promises");
  refuses(bmp(0, 1, 24, {}), "a BMP of no pixels");
  refuses(png(4, 4, 8, 0, Bytes(20)), "4x4 pixels are more than the limit of 15", {.max_pixels = 15});
  CHECK_NOTHROW(decode_image(png(4, 4, 8, 0, Bytes(20)), "fits", {.max_pixels = 16}));

  Bytes gif{'G',  'I', 'F', '8', '9', 'a', 0xff, 0xff, 0xff, 0xff, 0, 0, 0,
            0x2c, 0,   0,   0,   0,   1,   0,    1,    0,    0,    2, 0, 0x3b};
  refuses(gif, "65535x65535 pixels are more than the limit");

  Bytes jpeg = image_files::read(media + "exif_6.jpg");  // the same data, said to be 65000 x 65000
  for (std::size_t at = 2; at + 8 < jpeg.size(); at += 2 + std::size_t(jpeg[at + 2] << 8 | jpeg[at + 3]))
    if (jpeg[at + 1] == 0xc0) {
      for (std::size_t i = 5; i <= 8; ++i) jpeg[at + i] = 0xf0;
      break;
    }
  refuses(jpeg, "its header promises 61680x61680 pixels");

  Bytes scans = image_files::read(media + "photo_progressive.jpg");
  scans.resize(scans.size() - 2);
  for (int i = 0; i < 200; ++i) image_files::append(scans, {0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0});
  image_files::append(scans, {0xff, 0xd9});
  refuses(scans, "more than 100 scans");
}

TEST_CASE("decode_image: more compressed bytes than any writer needs are refused before they are inflated") {
  Bytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  image_files::append(file, image_files::png_chunk("IHDR", {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0}));
  for (int i = 0; i < 3; ++i) image_files::append(file, image_files::png_chunk("IDAT", Bytes(30000)));
  image_files::append(file, image_files::png_chunk("IEND", {}));
  CHECK_THROWS_WITH_AS(decode_image(file, "bomb"), doctest::Contains("90000 bytes of pixels for 1x1"), Error);
}

TEST_CASE("decode_image: ink without Adobe's marker is refused") {
  Bytes file = image_files::read(media + "cmyk_240x160.jpg");
  CHECK_NOTHROW(decode_image(file, "ink"));
  const std::string_view marker("Adobe");
  *std::search(file.begin(), file.end(), marker.begin(), marker.end()) = 'X';
  CHECK_THROWS_WITH_AS(decode_image(file, "ink"), doctest::Contains("without Adobe's marker"), Error);
}

TEST_CASE("decode_image: a JPEG whose tables are broken or missing") {
  const Bytes whole = image_files::read(media + "exif_6.jpg");
  const auto refuses = [](const Bytes& file, const char* words) {
    CHECK_THROWS_WITH_AS(decode_image(file, "jpeg"), doctest::Contains(words), Error);
  };
  const auto without = [&](int marker) {  // the segments of one kind cut out
    Bytes file(whole.begin(), whole.begin() + 2);
    std::size_t at = 2;
    for (; whole[at + 1] != 0xda;) {
      const std::size_t size = 2 + std::size_t(whole[at + 2] << 8 | whole[at + 3]);
      if (whole[at + 1] != marker) file.insert(file.end(), &whole[at], &whole[at] + size);
      at += size;
    }
    file.insert(file.end(), whole.begin() + std::ptrdiff_t(at), whole.end());
    return file;
  };
  CHECK_NOTHROW(decode_image(without(0xe1), "without EXIF"));
  refuses(without(0xc4), "without the Huffman tables it uses");
  refuses(without(0xdb), "without the quantisation tables it uses");
  refuses(without(0xc0), "without a picture");
  Bytes broken = without(0xe1);
  for (std::size_t at = 2; at + 8 < broken.size();
       at += 2 + std::size_t(broken[at + 2] << 8 | broken[at + 3]))
    if (broken[at + 1] == 0xc4) {
      for (std::size_t i = 5; i < 21; ++i) broken[at + i] = 255;
      break;
    }
  refuses(broken, "a broken Huffman table");
}

TEST_CASE("decode_image: other formats are named") {
  const auto refuses = [](std::string bytes, const char* words) {
    CHECK_THROWS_WITH_AS(decode_image(Bytes(bytes.begin(), bytes.end()), "file"), doctest::Contains(words),
                         Error);
  };
  refuses("RIFF    WEBPVP8 ", "but WebP");
  refuses(std::string("II*\0    ", 8), "but TIFF");
  refuses("    ftypavif", "but AVIF");
  refuses("    ftypheic", "but HEIF");
  refuses("<svg></svg>", "not a PNG, JPEG, BMP or GIF file");
}

TEST_CASE("crc32 of the well-known line") {
  const std::string line = "123456789";
  CHECK(crc32(Bytes(line.begin(), line.end())) == 0xcbf43926);
  CHECK(crc32({}) == 0);
}
