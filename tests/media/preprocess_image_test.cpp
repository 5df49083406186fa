// Every picture of the reference, from the file to the patches.

#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <qwen3vl/media/load_image.hpp>
#include <qwen3vl/media/preprocess_image.hpp>

using namespace qwen3vl;

namespace {

const std::string media = QWEN3VL_GOLDEN "/media/", golden = QWEN3VL_GOLDEN "/images/";

std::string fnv1a(const void* data, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::size_t i = 0; i < size; ++i)
    hash = (hash ^ static_cast<const std::uint8_t*>(data)[i]) * 0x100000001b3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

struct Flavour {
  std::string name;
  Resampling resampling;
  Normalisation normalisation;
};

/// Mean difference of the rows the golden keeps of a JPEG, in levels.
double distance_to_strip(const Image& resized, const nlohmann::json& file) {
  const std::string name = file["file"];
  const Image strip = load_image(golden + name.substr(0, name.rfind('.')) + ".strip.png");
  REQUIRE(strip.width == resized.width);
  REQUIRE(strip.height == int(file["strip_rows"].size()));
  double sum = 0;
  for (int i = 0; i < strip.height; ++i)
    for (int x = 0; x < strip.width; ++x)
      for (int c = 0; c < 3; ++c)
        sum += std::abs(strip.view()(i, x, c) -
                        resized.view()(file["strip_rows"][std::size_t(i)].get<int>(), x, c));
  return sum / double(strip.rgb.size());
}

}  // namespace

TEST_CASE("preprocess_image: every file of the reference, both resamplers") {
  std::ifstream stream(golden + "images.json");
  const auto data = nlohmann::json::parse(stream);
  Threads threads(2);
  int compared = 0;
  for (const auto& file : data["files"]) {
    const std::string name = file["file"];
    CAPTURE(name);
    if (file.contains("error")) continue;  // below
    const bool lossless = !name.ends_with(".jpg");
    const Image image = load_image(media + name);
    CHECK(image.width == file["width"]);
    CHECK(image.height == file["height"]);

    for (const Flavour& flavour : {Flavour{"torchvision", Resampling::torchvision_u8, Normalisation::fused},
                                   Flavour{"pil", Resampling::pil_u8, Normalisation::pil}}) {
      CAPTURE(flavour.name);
      const auto& expected = file[flavour.name];
      ImageSettings settings;
      settings.resampling = flavour.resampling, settings.normalisation = flavour.normalisation;
      const PreprocessedImage out = preprocess_image(threads, image, settings);
      const auto& grid = expected["grid_thw"];
      CHECK(out.grid == Grid{grid[0].get<int>(), grid[1].get<int>(), grid[2].get<int>()});

      Image resized(out.placement.resized.width, out.placement.resized.height);
      resize_image(threads, image.view(), flavour.resampling, resized.view());
      std::int64_t checksum = 0;
      for (const std::uint8_t value : resized.rgb) checksum += value;
      double sum = 0, squares = 0;
      const std::size_t values = std::size_t(out.pixel_values.size());
      for (std::size_t i = 0; i < values; ++i) {
        const double value = out.storage[i];
        sum += value, squares += value * value;
      }
      const double mean = sum / double(values), std = std::sqrt(squares / double(values) - mean * mean);
      const double levels =
          std::abs(double(checksum) - expected["checksum"].get<double>()) / double(resized.rgb.size());

      if (lossless) {
        CHECK(checksum == expected["checksum"]);
        CHECK(fnv1a(resized.rgb.data(), resized.rgb.size()) == expected["fnv1a"]);
        // the reference's mean and deviation are sums of floats
        CHECK(std::abs(mean - expected["mean"].get<double>()) < 1e-6);
        CHECK(std::abs(std - expected["std"].get<double>()) < 1e-6);
        for (std::size_t i = 0; i < expected["first_row_head"].size(); ++i)
          CHECK(out.pixel_values(0, i) == float(expected["first_row_head"][i].get<double>()));
        if (expected.contains("pixel_values_fnv1a"))
          CHECK(fnv1a(out.storage.get(), values * sizeof(float)) == expected["pixel_values_fnv1a"]);
      } else {
        // decoders differ by a level or two in a pixel, much less on average
        CHECK(levels <= 1);
        CHECK(std::abs(mean - expected["mean"].get<double>()) < 1 / 127.5);
        CHECK(std::abs(std - expected["std"].get<double>()) < 1 / 127.5);
        if (flavour.resampling == Resampling::pil_u8) CHECK(distance_to_strip(resized, file) <= 2);
      }
      ++compared;
    }
  }
  CHECK(compared == 2 * 22);
}

TEST_CASE("preprocess_image: what the reference refuses is refused") {
  std::ifstream stream(golden + "images.json");
  const auto data = nlohmann::json::parse(stream);
  int refused = 0;
  for (const auto& file : data["files"]) {
    if (!file.contains("error")) continue;
    const std::string name = file["file"];
    CAPTURE(name);
    Threads threads(1);
    CHECK_THROWS_AS(preprocess_image(threads, load_image(media + name)), Error);
    ++refused;
  }
  CHECK(refused == 5);
}

TEST_CASE("preprocess_image: into the caller's memory, and planned beforehand") {
  Threads threads(2);
  const Image image = load_image(media + "rgba_300x200.png");
  const ImagePlan plan = plan_image({image.height, image.width});
  CHECK(plan.grid == Grid{1, 14, 20});
  CHECK(plan.columns == 1536);
  CHECK(plan.placement.original == PixelSize{200, 300});
  CHECK(plan.placement.resized == PixelSize{224, 320});

  std::vector<float> memory(std::size_t(plan.values()) + 1536,
                            -7.f);  // patches of a batch stand in succession
  preprocess_image(threads, image.view(), {}, plan, View<float, 2>(memory.data() + 1536, {280, 1536}));
  const PreprocessedImage own = preprocess_image(threads, image);
  CHECK(std::equal(memory.begin() + 1536, memory.end(), own.storage.get()));
  CHECK(memory[1535] == -7.f);

  CHECK_THROWS_WITH_AS(
      preprocess_image(threads, image.view(), {}, plan, View<float, 2>(memory.data(), {279, 1536})),
      doctest::Contains("out is [279, 1536], should be [280, 1536]"), Error);
  CHECK_THROWS_WITH_AS(preprocess_image(threads, Image{}), doctest::Contains("an image of 0x0 pixels"),
                       Error);
}

TEST_CASE("image settings: refusals") {
  const auto refuses = [](auto change, const char* words) {
    ImageSettings settings;
    change(settings);
    CHECK_THROWS_WITH_AS(plan_image({100, 100}, settings), doctest::Contains(words), Error);
  };
  refuses([](ImageSettings& s) { s.patches.patch_size = 0; }, "patch_size 0");
  refuses([](ImageSettings& s) { s.patches.patch_size = 1 << 30; }, "patch_size 1073741824");
  refuses([](ImageSettings& s) { s.patches.merge_size = -1; }, "merge_size -1");
  refuses([](ImageSettings& s) { s.patches.temporal_patch_size = 1; },
          "temporal_patch_size is 1, should be 2");
  refuses([](ImageSettings& s) { s.normalise.std[1] = 0; }, "image_mean or image_std");
  refuses([](ImageSettings& s) { s.normalise.mean[2] = NAN; }, "image_mean or image_std");
}

TEST_CASE("a picture of one fixed size: PIL's pixels, in raster order, and no wishes") {
  ImageSettings settings;
  settings.patches = {4, 1, 2, PatchOrder::raster};
  settings.fixed_side = 16;
  settings.resampling = Resampling::pil_u8, settings.normalisation = Normalisation::pil;
  settings.normalise = {{0.5f, 0.4f, 0.3f}, {0.2f, 0.3f, 0.4f}};
  Image image(37, 11);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i * 31 % 251);
  Threads threads(2);
  const PreprocessedImage got = preprocess_image(threads, image, settings);
  CHECK((got.grid == Grid{1, 4, 4} && got.placement.resized == PixelSize{16, 16}));
  REQUIRE((got.pixel_values.shape[0] == 16 && got.pixel_values.shape[1] == 48));
  Image resized(16, 16);
  resample<PilU8>(threads, std::as_const(image).view(), resized.view());
  for (int n = 0; n < 16; ++n)
    for (int c = 0; c < 3; ++c)
      for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 4; ++x)
          CHECK(got.pixel_values(n, (c * 4 + y) * 4 + x) ==
                PilNormalise::value(resized.view()(n / 4 * 4 + y, n % 4 * 4 + x, c),
                                    settings.normalise.mean[c], settings.normalise.std[c]));
  for (const ItemSize& wish : {ItemSize{1, {}, {}, {}}, {{}, 9, {}, {}}, {{}, {}, 16, 16}})
    CHECK_THROWS_WITH_AS(plan_image({5, 5}, settings, wish), doctest::Contains("a size is asked for"), Error);
  settings.fixed_side = 20;
  CHECK_THROWS_WITH_AS(plan_image({5, 5}, settings), doctest::Contains("should be a multiple of 8"), Error);
}
