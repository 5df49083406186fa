#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/media/draw.hpp>
#include <qwen3vl/media/load_image.hpp>
#include <qwen3vl/media/stb_image_write.hpp>

using namespace qwen3vl;

namespace {

Image gray(int width, int height) {
  Image image(width, height);
  std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{128});
  return image;
}

bool touched(const Image& image, int x, int y) {
  return image.view()(y, x, 0) != 128 || image.view()(y, x, 1) != 128 || image.view()(y, x, 2) != 128;
}

int count_touched(const Image& image) {
  int count = 0;
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) count += touched(image, x, y);
  return count;
}

}  // namespace

TEST_CASE("draw: a box is a frame on its edges, its inside stays") {
  Image image = gray(200, 100);
  draw_marks(image, std::vector<Mark>{box_mark({50, 20}, {150, 80})});
  for (const int x : {50, 100, 149}) CHECK((touched(image, x, 20) && touched(image, x, 80)));
  for (const int y : {20, 50, 80}) CHECK((touched(image, 50, y) && touched(image, 150, y)));
  for (int y = 24; y < 77; ++y)
    for (int x = 54; x < 147; ++x) REQUIRE_FALSE(touched(image, x, y));
  for (int y = 0; y < 100; ++y) REQUIRE_FALSE((touched(image, 40, y) || touched(image, 160, y)));
}

TEST_CASE("draw: a point is a cross in a ring") {
  Image image = gray(201, 201);
  draw_marks(image, std::vector<Mark>{point_mark({100, 100})});
  CHECK(touched(image, 100, 100));
  CHECK(touched(image, 92, 100));
  CHECK(touched(image, 100, 108));
  CHECK(touched(image, 105, 105));        // the ring, 8 pixels out
  CHECK_FALSE(touched(image, 103, 103));  // between arm and ring
  CHECK_FALSE(touched(image, 100, 115));
}

TEST_CASE("draw: a caption is the label, or a number where there are several") {
  CHECK(mark_caption(box_mark({}, {}, "red square"), 0, 1) == "red square");
  CHECK(mark_caption(box_mark({}, {}), 0, 1) == "");
  CHECK(mark_caption(box_mark({}, {}), 1, 2) == "2");
  CHECK(mark_caption(box_mark({}, {}, "红色"), 2, 3) == "3");  // letters that the font does not have
  CHECK(mark_caption(box_mark({}, {}, std::string(500, 'a')), 0, 1).size() == 60);

  Image without = gray(300, 200), with = without;
  draw_marks(without, std::vector<Mark>{box_mark({100, 100}, {200, 150})});
  draw_marks(with, std::vector<Mark>{box_mark({100, 100}, {200, 150}, "cat")});
  CHECK(count_touched(with) > count_touched(without) + 100);
  CHECK_FALSE(touched(without, 110, 93));
  CHECK(touched(with, 110, 93));
}

TEST_CASE("draw: letters of the font, and what is none") {
  CHECK(font_width("") == 0);
  CHECK(font_width("ii") == 2 * font_width("i"));
  CHECK(font_width("\n") == font_width("?"));
  CHECK(font_width("\xe7") == font_width("?"));
  FontRectangle one[1];
  CHECK(font_rectangles("H", one, 1) == 1);
  CHECK(font_rectangles("H", one, 0) == 0);
  Image image = gray(20, 20);
  draw_text(image, {2, 2}, "I", 1, {0, 0, 0});
  CHECK(count_touched(image) > 5);
}

TEST_CASE("draw: edge: marks that lie outside, are empty, or are no numbers") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double far : {-1e6, 1e6, 1e300, -1e300, infinity, -infinity, nan}) {
    CAPTURE(far);
    Image image = gray(40, 30);
    draw_marks(image, std::vector<Mark>{box_mark({far, far}, {far, far}, "x"),
                                        point_mark({far, far}, "y"),
                                        {Mark::Kind::box, {far, 10}, {20, far}, ""}});
  }
  Image all = gray(40, 30);
  draw_marks(all, std::vector<Mark>{box_mark({-1e6, -1e6}, {1e6, 1e6})});
  CHECK(count_touched(all) == 0);  // a frame around the picture and beyond
  Image tiny = gray(1, 1), empty;
  draw_marks(tiny, std::vector<Mark>{box_mark({0, 0}, {1, 1}, "long label"), point_mark({0.5, 0.5})});
  CHECK(touched(tiny, 0, 0));
  draw_marks(empty, std::vector<Mark>{box_mark({0, 0}, {1, 1}, "x")});
  CHECK(empty.rgb.empty());
  Image none = gray(10, 10);
  draw_marks(none, {});
  CHECK(count_touched(none) == 0);
}

TEST_CASE("encode_png: law: decoding gives the same pixels") {
  for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {333, 517}, {3000, 2}, {2, 3000}}) {
    Image image(width, height);
    std::uint32_t state = 1;
    for (std::uint8_t& byte : image.rgb)
      byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    const Image back = decode_image(encode_png(image), "memory");
    CHECK(back.width == width);
    CHECK(back.height == height);
    CHECK(back.rgb == image.rgb);
  }
}

TEST_CASE("encode_png: refusal: no pixels, too many") {
  CHECK_THROWS_WITH_AS(encode_png(Image()), doctest::Contains("0x0 pixels"), Error);
  Image lies;
  lies.width = lies.height = 1 << 20;
  CHECK_THROWS_WITH_AS(encode_png(lies), doctest::Contains("1048576x1048576 pixels"), Error);
}
