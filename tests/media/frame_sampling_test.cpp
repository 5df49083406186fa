#include <qwen3vl/media/frame_sampling.hpp>

#include <cmath>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <qwen3vl/media/timestamps.hpp>

using namespace qwen3vl;

namespace {

using Indices = std::vector<std::int64_t>;

/// Long lists of the golden file are cut in the middle: […, "...", …].
template <class T> bool equal_but_for_the_cut(const nlohmann::json& expected, const std::vector<T>& got) {
  std::size_t cut = 0;
  while (cut < expected.size() && !(expected[cut] == "...")) ++cut;
  if (cut == expected.size()) return expected.get<std::vector<T>>() == got;
  const std::size_t after = expected.size() - cut - 1;
  if (got.size() < cut + after) return false;
  for (std::size_t i = 0; i < cut; ++i)
    if (expected[i].get<T>() != got[i]) return false;
  for (std::size_t i = 0; i < after; ++i)
    if (expected[expected.size() - 1 - i].get<T>() != got[got.size() - 1 - i]) return false;
  return true;
}

}  // namespace

TEST_CASE("SampleEvenly and the timestamps agree with the Qwen3-VL processor on 400 clips") {
  const auto rows = nlohmann::json::parse(std::ifstream(QWEN3VL_GOLDEN "/videos/frame_sampling.json"));
  REQUIRE(rows.size() == 400);
  int wrong = 0;
  for (const auto& row : rows) {
    SampleEvenly sampler;
    if (row.contains("target_fps")) sampler.fps = row["target_fps"];
    if (row.contains("target_num_frames")) sampler.num_frames = row["target_num_frames"];
    const double rate = row["video_fps"];
    const SampledFrames sampled = sampler.sample({row["total_num_frames"], rate});
    std::vector<std::string> texts;
    for (const double at : group_seconds(frame_seconds(sampled.indices, rate_or_24(rate))))
      texts.push_back(timestamp_text(at));
    const bool equal = equal_but_for_the_cut(row["indices"], sampled.indices) &&
                       equal_but_for_the_cut(row["timestamps"], texts);
    if (!equal && ++wrong <= 3) MESSAGE("differs: " << row.dump().substr(0, 400));
  }
  CHECK(wrong == 0);
}

TEST_CASE("SampleEvenly: the worked examples") {
  const SampleEvenly by_default;
  CHECK(by_default.sample({150, 30}).indices == Indices{0, 17, 33, 50, 66, 83, 99, 116, 132, 149});
  CHECK(by_default.sample({100, 25}).indices == Indices{0, 14, 28, 42, 57, 71, 85, 99});
  CHECK(by_default.sample({7, 30}).indices == Indices{0, 2, 4, 6});
  CHECK(by_default.sample({90, 24}).indices == Indices{0, 15, 30, 44, 59, 74, 89});
  CHECK(by_default.sample({301, 29.97}).indices ==
        Indices{0, 16, 32, 47, 63, 79, 95, 111, 126, 142, 158, 174, 189, 205, 221, 237, 253, 268, 284, 300});
  CHECK(by_default.sample({150, 30}).frames_per_second == doctest::Approx(2));
}

TEST_CASE("SampleEvenly: bounds, missing rate, one frame, num_frames") {
  CHECK(SampleEvenly{}.sample({1, 30}).indices == Indices{0});
  CHECK(SampleEvenly{}.sample({2, 30}).indices == Indices{0, 1});
  CHECK(SampleEvenly{}.count({48, 0}) == SampleEvenly{}.count({48, 24}));  // no rate: 24
  CHECK(SampleEvenly{}.count({1'000'000, 25}) == 768);
  CHECK(SampleEvenly{.fps = 1000}.count({100, 25}) == 100);
  CHECK(SampleEvenly{.min_frames = 10}.count({100, 25}) == 10);
  CHECK(SampleEvenly{.max_frames = 5, .num_frames = 3}.sample({100, 25}).indices == Indices{0, 50, 99});
  CHECK(SampleEvenly{.num_frames = 5}.sample({3, 10}).indices == Indices{0, 0, 1, 2, 2});  // repeats
  CHECK(SampleEvenly{.num_frames = 1}.sample({3, 10}).indices == Indices{0});
}

TEST_CASE("SampleClip: smart_nframes of the utility package") {
  const SampledFrames sampled = SampleClip{}.sample({90, 24});
  CHECK(sampled.indices == Indices{0, 18, 36, 53, 71, 89});
  CHECK(sampled.frames_per_second == doctest::Approx(1.6));

  SUBCASE("nframes is rounded to even, ties to the even half") {
    CHECK(SampleClip{.nframes = 5}.count({100, 25}) == 4);
    CHECK(SampleClip{.nframes = 7}.count({100, 25}) == 8);
    CHECK(SampleClip{.nframes = 100}.count({100, 25}) == 100);
  }
  SUBCASE("the count is even and at most the clip's") {
    for (std::int64_t frames = 2; frames < 300; ++frames) {
      const std::int64_t n = SampleClip{}.count({frames, 30});
      CHECK(n % 2 == 0);
      CHECK(n <= frames);
    }
    CHECK(SampleClip{}.count({100'000, 30}) == 768);
    CHECK(SampleClip{.min_frames = 5}.count({300, 30}) == 20);
    CHECK(SampleClip{.min_frames = 5}.count({30, 30}) == 6);
    CHECK(SampleClip{.max_frames = 9}.count({300, 30}) == 8);
  }
  SUBCASE("video_start and video_end: whole frames inside, then the same rule") {
    const SampleClip clip{.video_start = 1.01, .video_end = 3.0};
    CHECK(clip.range({250, 25}) == std::pair<std::int64_t, std::int64_t>{26, 75});
    const SampledFrames cut = clip.sample({250, 25});  // 50 frames, 2 s
    CHECK(cut.indices == Indices{26, 42, 59, 75});
    CHECK(cut.frames_per_second == doctest::Approx(2));
    CHECK(SampleClip{.video_start = -5, .video_end = 1e300}.range({250, 25}).second == 249);
    CHECK(SampleClip{.video_end = 2.5}.range({250, 25}).second == 62);
  }
  SUBCASE("refuses what leaves nothing") {
    CHECK_THROWS_WITH_AS(SampleClip{}.sample({1, 25}), doctest::Contains("the clip has 1 frames"), Error);
    CHECK_THROWS_WITH_AS(SampleClip{.nframes = 200}.sample({100, 25}), doctest::Contains("200 are wanted"),
                         Error);
    CHECK_THROWS_WITH_AS((SampleClip{.video_start = 3, .video_end = 1}.sample({250, 25})),
                         doctest::Contains("no frames between video_start 3.0"), Error);
    CHECK_THROWS_WITH_AS(SampleClip{.video_start = 99}.sample({250, 25}), doctest::Contains("lasts 10.0"),
                         Error);
    CHECK_THROWS_AS(SampleClip{.video_start = NAN}.sample({250, 25}), Error);
  }
}

TEST_CASE("SampleStride: Qwen2.5-VL's processor stops short of the last frame") {
  CHECK(SampleStride{}.sample({90, 24}).indices == Indices{0, 15, 30, 45, 60, 75});  // 7.5 → 6
  CHECK(SampleStride{.num_frames = 4}.sample({10, 30}).indices == Indices{0, 2, 5, 7});
  CHECK(SampleStride{}.sample({7, 30}).indices == Indices{0, 1, 3, 5});
  CHECK(SampleStride{}.sample({3, 30}).indices == Indices{0, 1});
  CHECK(SampleStride{}.count({1'000'000, 25}) == 768);
  CHECK_THROWS_AS(SampleStride{}.sample({1, 30}), Error);
  CHECK_THROWS_AS(SampleStride{.num_frames = 12}.sample({10, 30}), Error);
}

TEST_CASE("SampleAll") {
  CHECK(SampleAll{}.sample({3, 10}).indices == Indices{0, 1, 2});
  CHECK(SampleAll{}.sample({3, 10}).frames_per_second == 10);
  CHECK_THROWS_AS(SampleAll{}.sample({std::int64_t{1} << 40, 10}), Error);
}

TEST_CASE_TEMPLATE("hostile numbers are sampled in range or refused", Sampler, SampleEvenly, SampleClip,
                   SampleStride) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const double rates[] = {-infinity, -1, -0.0, 0, 5e-324, 1e-9, 1, 24, 1e9, 1e308, infinity, NAN};
  for (const std::int64_t frames : {-most, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
                                    std::int64_t{2}, std::int64_t{1} << 53, most - 1, most})
    for (const double source : rates)
      for (const double fps : rates) {
        Sampler sampler;
        sampler.fps = fps;
        try {
          const SampledFrames sampled = sampler.sample({frames, source});
          REQUIRE(!sampled.indices.empty());
          REQUIRE(sampled.indices.size() <= 768);
          for (std::size_t i = 0; i < sampled.indices.size(); ++i) {
            CHECK(sampled.indices[i] >= (i ? sampled.indices[i - 1] : 0));
            CHECK(sampled.indices[i] < frames);
          }
        } catch (const Error&) {
        }
      }
  for (const std::int64_t bound : {-most, std::int64_t{0}, most}) {
    Sampler sampler;
    sampler.min_frames = bound;
    if (bound <= 0) CHECK_THROWS_AS(sampler.sample({100, 25}), Error);
    sampler.min_frames = 4, sampler.max_frames = bound;
    if (bound <= 0) CHECK_THROWS_AS(sampler.sample({100, 25}), Error);
    if (bound > 0) CHECK(sampler.sample({100, 25}).indices.size() == 8);
  }
}

TEST_CASE("nobody gets a billion frames") {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK_THROWS_AS(SampleEvenly{.num_frames = most}.sample({100, 25}), Error);
  CHECK_THROWS_AS(SampleEvenly{.num_frames = 0}.sample({100, 25}), Error);
  CHECK_THROWS_AS(SampleEvenly{.num_frames = -4}.sample({100, 25}), Error);
  CHECK_THROWS_AS((SampleEvenly{.fps = 1e9, .max_frames = most}.sample({most, 25})), Error);
  CHECK_THROWS_AS(SampleClip{.nframes = most}.sample({most, 25}), Error);
  CHECK_THROWS_AS(SampleStride{.num_frames = most}.sample({most, 25}), Error);
}
