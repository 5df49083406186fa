#include <qwen3vl/media/video_resize.hpp>

#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace qwen3vl;

TEST_CASE("ClipBudget agrees with the Qwen3-VL processor on 400 clips") {
  const auto rows = nlohmann::json::parse(std::ifstream(QWEN3VL_GOLDEN "/videos/video_resize.json"));
  REQUIRE(rows.size() == 400);
  for (const auto& row : rows) {
    CAPTURE(row.dump());
    ClipBudget budget;
    budget.clip = {row["min_pixels"], row["max_pixels"]};
    if (row["result"].is_object())
      CHECK_THROWS_WITH_AS(budget.size(row["num_frames"], row["height"], row["width"], row["factor"]),
                           doctest::Contains("200 is the most"), Error);
    else
      CHECK(budget.size(row["num_frames"], row["height"], row["width"], row["factor"]) ==
            PixelSize{row["result"][0], row["result"][1]});
  }
}

TEST_CASE("ClipBudget: the worked examples") {
  const ClipBudget budget;
  CHECK(budget.size(120, 1080, 1920, 32) == PixelSize{320, 608});
  CHECK(budget.size(600, 1080, 1920, 32) == PixelSize{128, 256});
  CHECK(budget.size(768, 1080, 1920, 32) == PixelSize{128, 224});
  CHECK(budget.size(10, 720, 1280, 32) == PixelSize{704, 1280});
  CHECK(budget.size(20, 720, 1280, 32) == PixelSize{704, 1280});
  CHECK(budget.size(5, 360, 640, 32) == PixelSize{352, 640});

  ClipBudget capped;
  capped.cap_pixels_per_frame = true;
  CHECK(capped.size(10, 720, 1280, 32) == PixelSize{640, 1152});
  CHECK(capped.size(20, 720, 1280, 32) == PixelSize{640, 1152});

  ClipBudget class_default;  // where the checkpoint's file is missing
  class_default.clip = {131'072, 786'432};
  CHECK(class_default.size(120, 1080, 1920, 32) == PixelSize{32, 96});
}

TEST_CASE("ClipBudget: an odd frame counts as none, one or two, by the version") {
  // 5 frames of 1024×1024: 4 (round half to even) fit into five million pixels, 6 do not
  ClipBudget budget;
  budget.clip = {4'096, 5'000'000};
  CHECK(budget.size(5, 1024, 1024, 32) == PixelSize{1024, 1024});
  budget.pairs = FramePairs::up;
  CHECK(budget.size(5, 1024, 1024, 32) == PixelSize{992, 992});
}

TEST_CASE("ClipBudget refuses one frame, no budget, impossible sizes") {
  CHECK_THROWS_WITH_AS(ClipBudget{}.size(1, 64, 96, 32),
                       doctest::Contains("1 frames: a patch of video spans two"), Error);
  CHECK_THROWS_AS(ClipBudget{}.size(2, 0, 96, 32), Error);
  CHECK_THROWS_AS(ClipBudget{}.size(2, 64, -1, 32), Error);
  CHECK_THROWS_AS(ClipBudget{}.size(2, 10, 2001, 32), Error);
  CHECK_NOTHROW(ClipBudget{}.size(2, 10, 2000, 32));
  ClipBudget nothing;
  nothing.clip = {0, 0};
  CHECK_THROWS_AS(nothing.size(2, 64, 96, 32), Error);
}

TEST_CASE("FrameBudget: the utility package's sizes") {
  const FrameBudget budget;
  CHECK(budget.size(10, 1080, 1920, 32) == PixelSize{640, 1152});
  CHECK(budget.size(120, 1080, 1920, 32) == PixelSize{640, 1152});
  CHECK(budget.size(600, 1080, 1920, 32) == PixelSize{448, 832});
  CHECK(budget.size(768, 1080, 1920, 32) == PixelSize{384, 736});

  SUBCASE("max_pixels only lowers") {
    FrameBudget item;
    item.item.max_pixels = 200'000;
    CHECK(item.size(10, 1080, 1920, 32) == PixelSize{320, 576});
    item.item.max_pixels = 1 << 30;
    CHECK(item.size(10, 1080, 1920, 32) == PixelSize{640, 1152});
  }
  SUBCASE("total_pixels is shared out among the frames") {
    FrameBudget item;
    item.total_pixels = 10 * 200'000 / 2;
    CHECK(item.size(10, 1080, 1920, 32) == PixelSize{320, 576});
  }
  SUBCASE("resized_height and resized_width are rounded") {
    FrameBudget item;
    item.item.resized_height = 250, item.item.resized_width = 500;
    CHECK(item.size(10, 1080, 1920, 32) == PixelSize{256, 512});
  }
  SUBCASE("min_pixels above max_pixels is refused") {
    FrameBudget item;
    item.item.min_pixels = 300'000, item.item.max_pixels = 200'000;
    CHECK_THROWS_WITH_AS(item.size(10, 1080, 1920, 32), doctest::Contains("a budget of 300000"), Error);
  }
}

TEST_CASE("ImageBudget and FrameListBudget: every frame is an image") {
  CHECK(ImageBudget{}.size(100, 1080, 1920, 28) == PixelSize{1092, 1932});
  CHECK(FrameListBudget{}.size(100, 100, 100, 32) == PixelSize{96, 96});
}

TEST_CASE("law: sides are multiples of the factor, and the budget holds unless a side is at its least") {
  for (std::int64_t frames : {2, 3, 17, 768})
    for (std::int64_t height : {32, 100, 720, 2160})
      for (std::int64_t width : {48, 333, 1280, 3840}) {
        const ClipBudget budget;
        const PixelSize size = budget.size(frames, height, width, 32);
        CHECK(size.height % 32 == 0);
        CHECK(size.width % 32 == 0);
        if (size.height > 32 && size.width > 32)
          CHECK(frames * size.height * size.width <= budget.clip.max_pixels);
      }
}

TEST_CASE_TEMPLATE("hostile sizes are refused or sensible", Resize, ClipBudget, FrameBudget, ImageBudget,
                   FrameListBudget) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t numbers[] = {-most, -1, 0, 1, 2, 31, 32, 1'000'000, std::int64_t{1} << 31, most};
  for (const std::int64_t frames : numbers)
    for (const std::int64_t height : numbers)
      for (const std::int64_t width : numbers)
        for (const int factor : {-1, 0, 1, 28, 32, 65'536, std::numeric_limits<int>::max()}) try {
            const PixelSize size = Resize{}.size(frames, height, width, factor);
            CHECK(size.height >= 1);
            CHECK(size.width >= 1);
            CHECK(size.height % factor == 0);
          } catch (const Error&) {
          }
}
