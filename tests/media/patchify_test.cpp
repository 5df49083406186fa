#include <cstdint>
#include <set>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/patchify.hpp>

using namespace qwen3vl;

namespace {

/// A pixel's number, spread over its three bytes: no two pixels of a picture are alike.
Image numbered(int width, int height, int first) {
  Image image(width, height);
  for (int i = 0; i < width * height; ++i)
    for (int c = 0; c < 3; ++c) image.rgb[std::size_t(3 * i + c)] = std::uint8_t((first + i) >> (8 * c));
  return image;
}

/// mean 0 and std 1/255 leave the bytes as they are.
const Normalise bytes{{0, 0, 0}, {1 / 255.f, 1 / 255.f, 1 / 255.f}};

struct Patches {
  std::vector<float> values;
  View<float, 2> view;
};

template <class Flavour = FusedNormalise>
Patches patches_of(const Image& first, const Image& second, const PatchLayout& layout,
                   const Normalise& normalise, int team = 2) {
  Threads threads(team);
  Patches patches;
  const std::int64_t rows = layout.patches(first.height, first.width);
  patches.values.resize(std::size_t(rows * layout.columns()));
  patches.view = {patches.values.data(), {rows, layout.columns()}};
  patchify<Flavour>(threads, first.view(), second.view(), layout, normalise, patches.view);
  return patches;
}

}  // namespace

TEST_CASE("patchify: merge-block order of a 4 x 6 grid") {
  const std::pair<int, int> order[] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3},
                                       {0, 4}, {0, 5}, {1, 4}, {1, 5}, {2, 0}, {2, 1}, {3, 0}, {3, 1},
                                       {2, 2}, {2, 3}, {3, 2}, {3, 3}, {2, 4}, {2, 5}, {3, 4}, {3, 5}};
  const Image image = numbered(6, 4, 0);  // patches of one pixel
  const Patches patches = patches_of(image, image, {1, 2, 2}, bytes);
  for (int n = 0; n < 24; ++n)
    CHECK(patches.view(n, 0) == doctest::Approx(order[n].first * 6 + order[n].second));
}

TEST_CASE("patchify: a row is (channel, frame, y, x)") {
  const PatchLayout layout{3, 2, 2};
  const Image first = numbered(12, 6, 0), second = numbered(12, 6, 1000);
  const Patches patches = patches_of(first, second, layout, bytes);
  const int order[][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}};
  for (int n = 0; n < 8; ++n)
    for (int c = 0; c < 3; ++c)
      for (int tau = 0; tau < 2; ++tau)
        for (int y = 0; y < 3; ++y)
          for (int x = 0; x < 3; ++x) {
            const Image& frame = tau ? second : first;
            CHECK(patches.view(n, ((c * 2 + tau) * 3 + y) * 3 + x) ==
                  doctest::Approx(frame.view()(order[n][0] * 3 + y, order[n][1] * 3 + x, c)));
          }
}

TEST_CASE("patchify: raster order has one frame, whatever the merge size") {
  for (const int P : {3, 14}) {
    const Image image = numbered(6 * P, 4 * P, 0);
    const PatchLayout layout{P, 1, 2, PatchOrder::raster};
    REQUIRE(layout.columns() == 3 * P * P);
    const Patches patches = patches_of(image, image, layout, bytes);
    for (int n = 0; n < 24; ++n)
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < P; ++y)
          for (int x = 0; x < P; ++x)
            REQUIRE(patches.view(n, (c * P + y) * P + x) ==
                    doctest::Approx(image.view()(n / 6 * P + y, n % 6 * P + x, c)));
    CHECK_THROWS_WITH_AS(patches_of(image, numbered(6 * P, 4 * P, 1), layout, bytes),
                         doctest::Contains("a patch in raster order has one"), Error);
    const PatchLayout two{P, 2, 2, PatchOrder::raster};
    CHECK_THROWS_WITH_AS(patches_of(image, image, two, bytes),
                         doctest::Contains("temporal_patch_size is not 1"), Error);
  }
}

TEST_CASE("patchify: laws") {
  SUBCASE("every value of both frames once: a permutation") {
    const Image first = numbered(64, 32, 0), second = numbered(64, 32, 7777);
    auto patches = patches_of(first, second, {}, bytes);
    std::multiset<int> in(first.rgb.begin(), first.rgb.end()), out;
    in.insert(second.rgb.begin(), second.rgb.end());
    for (float value : patches.values) out.insert(int(value + 0.5f));
    CHECK(in == out);
  }
  SUBCASE("a still image is the same frame twice") {
    const Image image = numbered(96, 64, 5), copy = image;
    CHECK(patches_of(image, image, {}, {}).values == patches_of(image, copy, {}, {}).values);
  }
  SUBCASE("the number of threads changes nothing") {
    const Image image = numbered(64, 160, 9);
    CHECK(patches_of(image, image, {}, {}, 1).values == patches_of(image, image, {}, {}, 3).values);
  }
  SUBCASE("patches of 14 pixels and no merging work too") {
    const Image image = numbered(28, 42, 0);
    CHECK(patches_of(image, image, {14, 2, 1}, bytes).values.size() == image.rgb.size() * 2);
  }
}

TEST_CASE("normalise: the two roundings of the reference") {
  CHECK(FusedNormalise::value(127, 0.5f, 0.5f) == doctest::Approx(-0.00392156886).epsilon(1e-9));
  CHECK(PilNormalise::value(127, 0.5f, 0.5f) == doctest::Approx(-0.00392156839).epsilon(1e-9));
  for (const float ends : {FusedNormalise::value(0, 0.5f, 0.5f), PilNormalise::value(0, 0.5f, 0.5f)})
    CHECK(ends == -1);
  for (const float ends : {FusedNormalise::value(255, 0.5f, 0.5f), PilNormalise::value(255, 0.5f, 0.5f)})
    CHECK(ends == 1);
  for (int x = 0; x < 256; ++x)  // CLIP's red: the same number to a few ulps
    CHECK(FusedNormalise::value(x, 0.48145466f, 0.26862954f) ==
          doctest::Approx((x / 255.0 - 0.48145466) / 0.26862954).epsilon(1e-5));
}

TEST_CASE("patchify: refusals") {
  Threads threads(1);
  Image image(48, 32), other(32, 32);
  std::vector<float> values(1 << 16);
  const auto call = [&](const Image& second, PatchLayout layout, std::int64_t rows, std::int64_t columns) {
    patchify(threads, image.view(), second.view(), layout, {},
             View<float, 2>(values.data(), {rows, columns}));
  };
  CHECK_THROWS_WITH_AS(call(image, {}, 6, 1536), doctest::Contains("48x32 pixels are not a multiple of 32"),
                       Error);
  CHECK_THROWS_WITH_AS(call(image, {8, 2, 2}, 24, 383),
                       doctest::Contains("out is [24, 383], should be [24, 384]"), Error);
  CHECK_THROWS_WITH_AS(call(other, {8, 2, 2}, 24, 384), doctest::Contains("second is [32, 32, 3], should be"),
                       Error);
  CHECK_THROWS_WITH_AS(call(image, {8, 1, 2}, 24, 192), doctest::Contains("temporal_patch_size is not 2"),
                       Error);
  CHECK_THROWS_WITH_AS(call(image, {0, 2, 2}, 24, 192), doctest::Contains("patch_size and merge_size"),
                       Error);
}
