#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/resample.hpp>

using namespace qwen3vl;

namespace {

/// A gray picture: the three channels are equal.
Image gray(int width, int height, const std::vector<int>& values) {
  Image image(width, height);
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t c = 0; c < 3; ++c) image.rgb[3 * i + c] = static_cast<std::uint8_t>(values[i]);
  return image;
}

std::vector<int> red(const Image& image) {
  std::vector<int> values;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    CHECK(image.rgb[i] == image.rgb[i + 1]);
    CHECK(image.rgb[i] == image.rgb[i + 2]);
    values.push_back(image.rgb[i]);
  }
  return values;
}

template <class Policy> Image resized(const Image& image, int width, int height, int team = 1) {
  Threads threads(team);
  Image out(width, height);
  resample<Policy>(threads, image.view(), out.view());
  return out;
}

/// Pseudo-random pixels, the same on every machine.
Image noise(int width, int height, std::uint32_t seed) {
  Image image(width, height);
  for (auto& value : image.rgb)
    value = static_cast<std::uint8_t>((seed = seed * 1664525u + 1013904223u) >> 24);
  return image;
}

/// Smooth colours, far enough from 0 and 255 that no pass clamps.
Image waves(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c)
        image.view()(y, x, c) = std::uint8_t(128 + 40 * std::sin(0.5 * x + c) + 30 * std::cos(0.7 * y - c));
  return image;
}

/// The formula of media/bicubic.hpp at one output pixel, in double and in the order it is written.
double at(const Image& image, int width, int height, int x, int y, int c) {
  const auto across = bicubic_weights<FloatAA>(image.width, width);
  const auto down = bicubic_weights<FloatAA>(image.height, height);
  double sum = 0;
  for (int j = 0; j < down.counts[std::size_t(y)]; ++j)
    for (int i = 0; i < across.counts[std::size_t(x)]; ++i)
      sum += double(down.row(y)[j]) * double(across.row(x)[i]) *
             image.view()(down.first[std::size_t(y)] + j, across.first[std::size_t(x)] + i, c);
  return sum;
}

}  // namespace

TEST_CASE("bicubic weights: worked examples") {
  SUBCASE("8 to 5, as numbers and in PIL's fixed point") {
    const auto exact = bicubic_weights<FloatAA>(8, 5);
    const std::vector<std::vector<double>> rows = {
        {0.611381, 0.429092, -0.018213, -0.022260},
        {-0.037858, 0.291144, 0.605959, 0.187052, -0.045176, -0.001120},
        {-0.034223, 0.024600, 0.509623, 0.509623, 0.024600, -0.034223}};
    for (std::size_t x = 0; x < rows.size(); ++x) {
      CHECK(exact.first[x] == (x == 2 ? 1 : 0));
      REQUIRE(exact.counts[x] == int(rows[x].size()));
      for (std::size_t k = 0; k < rows[x].size(); ++k)
        CHECK(double(exact.row(std::int64_t(x))[k]) == doctest::Approx(rows[x][k]).epsilon(1e-4));
    }
    const auto fixed = bicubic_weights<PilU8>(8, 5);
    CHECK(fixed.shift == 22);
    CHECK(fixed.row(0)[0] == 2564317);
    CHECK(fixed.row(0)[1] == 1799741);
    CHECK(fixed.row(0)[2] == -76390);
    CHECK(fixed.row(0)[3] == -93365);
  }
  SUBCASE("4 to 6") {
    const auto exact = bicubic_weights<FloatAA>(4, 6);
    const std::vector<std::vector<double>> rows = {
        {1.065789, -0.065789}, {0.529412, 0.529412, -0.058824}, {-0.057870, 0.937500, 0.131944, -0.011574}};
    for (std::size_t x = 0; x < rows.size(); ++x) {
      CHECK(exact.first[x] == 0);
      REQUIRE(exact.counts[x] == int(rows[x].size()));
      for (std::size_t k = 0; k < rows[x].size(); ++k)
        CHECK(double(exact.row(std::int64_t(x))[k]) == doctest::Approx(rows[x][k]).epsilon(1e-4));
    }
  }
  SUBCASE("torchvision's weights fill 16 bits and no more") {
    for (const auto& [in, out] : {std::pair{8, 5}, {5, 8}, {1000, 3}, {7, 7}, {1, 1}}) {
      const auto axis = bicubic_weights<TorchvisionU8>(in, out);
      const int largest = *std::max_element(axis.weights.begin(), axis.weights.end());
      CHECK(largest < 32768);
      CHECK((axis.shift == 22 || largest >= 16384));
    }
  }
}

TEST_CASE("resample: worked examples") {
  const Image row = gray(8, 1, {0, 10, 40, 90, 160, 250, 200, 30});
  CHECK(red(resized<PilU8>(row, 5, 1)) == std::vector{2, 36, 127, 234, 96});
  CHECK(red(resized<PilU8>(row, 12, 1)) == std::vector{0, 3, 14, 34, 63, 100, 147, 213, 251, 217, 107, 19});

  const Image picture =
      gray(6, 5, {0,   52,  118, 99,  193, 202, 40,  123, 121, 232, 2,   141, 106, 121, 249,
                  135, 192, 106, 198, 244, 147, 221, 152, 254, 217, 137, 228, 176, 138, 15});
  CHECK(red(resized<PilU8>(picture, 4, 4)) ==
        std::vector{23, 99, 135, 178, 78, 164, 153, 95, 178, 195, 181, 194, 197, 192, 177, 89});
  CHECK(red(resized<FloatAA>(picture, 4, 4)) ==
        std::vector{23, 99, 135, 178, 78, 165, 153, 96, 178, 195, 181, 194, 197, 192, 178, 90});
}

TEST_CASE_TEMPLATE("resample: laws", Policy, PilU8, TorchvisionU8, FloatAA) {
  SUBCASE("a picture of one colour keeps it") {
    for (int level : {0, 1, 127, 254, 255})
      for (const auto& [width, height] : {std::pair{5, 3}, {31, 64}, {7, 90}, {1, 1}}) {
        Image one(13, 21);
        for (auto& value : one.rgb) value = std::uint8_t(level);
        for (const auto value : resized<Policy>(one, width, height).rgb) CHECK(value == level);
      }
  }
  SUBCASE("the same size is a copy") {
    const Image picture = noise(33, 17, 1);
    CHECK(resized<Policy>(picture, 33, 17).rgb == picture.rgb);
  }
  SUBCASE("mirrored in, mirrored out") {
    const Image picture = noise(29, 18, 2);
    Image mirrored = picture;
    for (int y = 0; y < 18; ++y)
      for (int x = 0; x < 29; ++x)
        for (int c = 0; c < 3; ++c) mirrored.view()(y, x, c) = picture.view()(y, 28 - x, c);
    const Image a = resized<Policy>(picture, 12, 40), b = resized<Policy>(mirrored, 12, 40);
    int furthest = 0;  // the sum runs the other way round: only the float path may notice
    for (int y = 0; y < 40; ++y)
      for (int x = 0; x < 12; ++x)
        for (int c = 0; c < 3; ++c)
          furthest = std::max(furthest, std::abs(a.view()(y, x, c) - b.view()(y, 11 - x, c)));
    CHECK(furthest <= 1);
  }
  SUBCASE("equals the formula, to the roundings on the way") {
    const Image picture = waves(41, 23);
    // float: half a level at the end. 8 bit: half a level in each pass, the first seen through weights
    // whose absolute values add up to 1.3 at most
    const double tolerance = std::is_same_v<Policy, FloatAA> ? 0.501 : 0.5 * 1.3 + 0.51;
    for (const auto& [width, height] : {std::pair{17, 50}, {90, 9}, {41, 7}, {100, 23}, {1, 1}}) {
      const Image out = resized<Policy>(picture, width, height);
      for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
          for (int c = 0; c < 3; ++c)
            CHECK(std::abs(out.view()(y, x, c) - at(picture, width, height, x, y, c)) <= tolerance);
    }
  }
  SUBCASE("the number of threads changes nothing") {
    const Image picture = noise(75, 101, 4);
    for (const auto& [width, height] : {std::pair{64, 160}, {200, 101}, {75, 32}})
      CHECK(resized<Policy>(picture, width, height, 1).rgb == resized<Policy>(picture, width, height, 3).rgb);
  }
}

TEST_CASE("resample: edges") {
  Threads threads(2);
  SUBCASE("one pixel, one row, one column, far up and far down") {
    const Image pixel = noise(1, 1, 5);
    const Image large = resized<TorchvisionU8>(pixel, 64, 32);
    for (std::size_t i = 0; i < large.rgb.size(); ++i) CHECK(large.rgb[i] == pixel.rgb[i % 3]);
    CHECK(resized<PilU8>(noise(1, 700, 6), 1, 3).rgb.size() == 9);
    CHECK(resized<PilU8>(noise(3001, 1, 7), 2, 64).rgb.size() == 384);
  }
  SUBCASE("padded rows, as a video decoder leaves them") {
    const Image picture = noise(20, 10, 8);
    std::vector<std::uint8_t> padded(10 * 96, 77);
    View<std::uint8_t, 3> in(padded.data(), {10, 20, 3});
    in.stride[0] = 96;
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 20; ++x)
        for (int c = 0; c < 3; ++c) in(y, x, c) = picture.view()(y, x, c);
    for (const auto& [width, height] : {std::pair{32, 32}, {32, 10}, {20, 32}, {20, 10}}) {
      Image out(width, height);
      resample<TorchvisionU8>(threads, in, out.view());
      CHECK(out.rgb == resized<TorchvisionU8>(picture, width, height).rgb);
    }
  }
  SUBCASE("a resampler serves frame after frame") {
    Resampler<TorchvisionU8> resize(30, 40, 64, 32);
    for (std::uint32_t frame = 0; frame < 3; ++frame) {
      const Image picture = noise(40, 30, frame);
      Image out(32, 64);
      resize(threads, picture.view(), out.view());
      CHECK(out.rgb == resized<TorchvisionU8>(picture, 32, 64).rgb);
    }
  }
}

TEST_CASE("resample: refusals") {
  Threads threads(1);
  Image in(4, 4), out(2, 2);
  CHECK_THROWS_WITH_AS(Resampler<PilU8>(0, 4, 2, 2), doctest::Contains("cannot resize 4x0 to 2x2"), Error);
  CHECK_THROWS_WITH_AS(Resampler<PilU8>(4, 4, 2, -1), doctest::Contains("a side has 1 to"), Error);
  CHECK_THROWS_WITH_AS(Resampler<PilU8>(5, 4, 2, 2)(threads, in.view(), out.view()),
                       doctest::Contains("in is [4, 4, 3], should be [5, 4, 3]"), Error);
}
