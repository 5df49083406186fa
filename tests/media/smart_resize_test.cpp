#include <fstream>
#include <limits>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <qwen3vl/media/placement.hpp>
#include <qwen3vl/media/smart_resize.hpp>

using namespace qwen3vl;

namespace {

const PixelBudget qwen2_files{3'136, 12'845'056}, class_default{3'136, 1'003'520};

struct Row {
  int height, width;
  PixelSize result;
};

}  // namespace

TEST_CASE("smart_resize: 400 sizes of the reference") {
  std::ifstream file(QWEN3VL_GOLDEN "/images/smart_resize.json");
  const auto rows = nlohmann::json::parse(file);
  REQUIRE(rows.size() == 400);
  int errors = 0;
  for (const auto& row : rows) {
    CAPTURE(row.dump());
    const auto call = [&] {
      return smart_resize(row[0].get<int>(), row[1].get<int>(), row[2].get<int>(),
                          {row[3].get<std::int64_t>(), row[4].get<std::int64_t>()});
    };
    if (row[5] == 0) {
      CHECK_THROWS_WITH_AS(call(), doctest::Contains("200 is the most"), Error);
      ++errors;
    } else {
      CHECK(call() == PixelSize{row[5].get<int>(), row[6].get<int>()});
    }
  }
  CHECK(errors > 0);
}

TEST_CASE("smart_resize: worked examples") {
  for (const Row& row : {Row{480, 640, {480, 640}},
                         {1080, 1920, {1088, 1920}},
                         {720, 1280, {704, 1280}},
                         {300, 400, {288, 384}},
                         {80, 112, {224, 320}},
                         {100, 100, {256, 256}},
                         {32, 32, {256, 256}},
                         {10, 1999, {32, 3648}},
                         {17, 900, {64, 1888}},
                         {5000, 7000, {3456, 4832}},
                         {4096, 4096, {4096, 4096}},
                         {1365, 2048, {1376, 2048}}})
    CHECK(smart_resize(row.height, row.width, 32) == row.result);
  for (const Row& row : {Row{80, 112, {64, 128}},
                         {100, 100, {96, 96}},
                         {32, 32, {64, 64}},
                         {10, 1999, {32, 1984}},
                         {17, 900, {32, 896}}})
    CHECK(smart_resize<UtilityResize>(row.height, row.width, 32, UtilityResize::budget(32)) == row.result);
  for (const Row& row : {Row{480, 640, {476, 644}},
                         {1080, 1920, {1092, 1932}},
                         {70, 98, {56, 112}},
                         {14, 14, {56, 56}},
                         {3000, 4000, {2996, 4004}}})
    CHECK(smart_resize(row.height, row.width, 28, qwen2_files) == row.result);
  CHECK(smart_resize(1080, 1920, 28, class_default) == PixelSize{728, 1316});
  CHECK(smart_resize(3000, 4000, 28, class_default) == PixelSize{840, 1148});
  CHECK(UtilityResize::budget(28).min_pixels == 3'136);
  CHECK(UtilityResize::budget(28).max_pixels == 12'845'056);
}

TEST_CASE("smart_resize: laws") {
  for (int height = 1; height < 3000; height += 97)
    for (int width = 1; width < 3000; width += 89) {
      if (std::max(height, width) > 200 * std::min(height, width)) continue;
      const PixelSize size = smart_resize(height, width, 32, {65'536, 1'000'000});
      CHECK(size.height % 32 == 0);
      CHECK(size.width % 32 == 0);
      CHECK(size.height >= 32);
      CHECK(std::int64_t{size.height} * size.width >= 65'536);
      const PixelSize turned = smart_resize(width, height, 32, {65'536, 1'000'000});
      CHECK(turned == PixelSize{size.width, size.height});
    }
}

TEST_CASE("smart_resize: the wishes of one item") {
  const PixelBudget budget;
  CHECK(smart_resize(1080, 1920, 32, budget, ItemSize{}) == PixelSize{1088, 1920});
  CHECK(smart_resize(1080, 1920, 32, budget, ItemSize{.resized_height = 300, .resized_width = 400}) ==
        PixelSize{288, 384});
  CHECK(smart_resize(1080, 1920, 32, budget, ItemSize{.max_pixels = 1'000'000}) ==
        smart_resize(1080, 1920, 32, {65'536, 1'000'000}));
  CHECK(smart_resize(80, 112, 32, budget, ItemSize{.min_pixels = 4'096}) == PixelSize{64, 128});
  CHECK_THROWS_WITH_AS(smart_resize(80, 112, 32, budget, ItemSize{.resized_height = 64}),
                       doctest::Contains("only one of resized_height and resized_width"), Error);
}

TEST_CASE("smart_resize: refusals and the edge of refusal") {
  CHECK(smart_resize(10, 2000, 32) == PixelSize{32, 3648});
  CHECK_THROWS_WITH_AS(smart_resize(10, 2001, 32), doctest::Contains("2001x10 pixels: one side is 200.1"),
                       Error);
  CHECK_THROWS_WITH_AS(smart_resize<UtilityResize>(10, 2001, 32), doctest::Contains("200 is the most"),
                       Error);

  const std::int64_t huge = std::numeric_limits<std::int64_t>::max(),
                     most_int = std::numeric_limits<int>::max();
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, huge, -huge}) {
    CHECK_THROWS_WITH_AS(smart_resize(bad, 100, 32), doctest::Contains("an image of"), Error);
    CHECK_THROWS_WITH_AS(smart_resize(100, bad, 32), doctest::Contains("an image of"), Error);
    CHECK_THROWS_AS(smart_resize(100, 100, 32, {}, ItemSize{.resized_height = bad, .resized_width = bad}),
                    Error);
  }
  CHECK(smart_resize(most_int, most_int, 32) == PixelSize{4096, 4096});
  CHECK_THROWS_WITH_AS(smart_resize(most_int, most_int, 32, {1, huge}),
                       doctest::Contains("change the pixel budget"), Error);
  CHECK_THROWS_WITH_AS(smart_resize(100, 100, 32, {huge, huge}), doctest::Contains("change the pixel budget"),
                       Error);
  CHECK_THROWS_WITH_AS(smart_resize(100, 100, 32, {0, 0}), doctest::Contains("a budget of 0 to 0 pixels"),
                       Error);
  CHECK_THROWS_WITH_AS(smart_resize(100, 100, 32, {-1, 1000}), doctest::Contains("0 <= min_pixels"), Error);
  CHECK_THROWS_WITH_AS(smart_resize(100, 100, 0), doctest::Contains("factor 0"), Error);
  CHECK_THROWS_WITH_AS(smart_resize<UtilityResize>(100, 100, 32, {2000, 1000}),
                       doctest::Contains("2000 to 1000"), Error);
  // the utility package lets a side vanish: an error here, not an empty picture
  CHECK_THROWS_WITH_AS(smart_resize<UtilityResize>(10, 1000, 32, {0, 2'000}),
                       doctest::Contains("a side of 0"), Error);
}

TEST_CASE("placement: model coordinates to the picture and back") {
  const Placement placement{{1080, 1920}, {1088, 1920}};
  const Point corner = placement.relative_to_original({1000, 1000});
  CHECK(corner.x == 1920);
  CHECK(corner.y == 1080);
  CHECK(placement.relative_to_original({500, 250}).x == 960);
  CHECK(placement.relative_to_original({500, 250}).y == 270);
  CHECK(placement.resized_to_original({100, 544}).y == 540);
  for (double x : {-3.0, 0.0, 17.5, 999.0, 1200.0}) {
    const Point there = placement.original_to_relative(placement.relative_to_original({x, 2 * x}));
    CHECK(there.x == doctest::Approx(x));
    CHECK(there.y == doctest::Approx(2 * x));
    const Point back = placement.resized_to_original(placement.original_to_resized({x, 2 * x}));
    CHECK(back.x == doctest::Approx(x));
    CHECK(back.y == doctest::Approx(2 * x));
  }
}
