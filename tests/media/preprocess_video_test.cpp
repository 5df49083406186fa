#include <qwen3vl/media/preprocess_video.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "video_writer.hpp"

using namespace qwen3vl;

namespace {

const std::string media = QWEN3VL_GOLDEN "/media/";

/// The bytes of one tensor: length of the header, header, data.
std::vector<std::uint8_t> tensor_u8(const std::string& path, const std::string& name) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::uint64_t length = 0;
  file.read(reinterpret_cast<char*>(&length), 8);
  std::string header(length, ' ');
  file.read(header.data(), static_cast<std::streamsize>(length));
  const auto offsets = nlohmann::json::parse(header).at(name).at("data_offsets");
  std::vector<std::uint8_t> bytes(offsets[1].get<std::size_t>() - offsets[0].get<std::size_t>());
  file.seekg(static_cast<std::streamoff>(8 + length + offsets[0].get<std::uint64_t>()));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file);
  return bytes;
}

struct Statistics {
  double mean = 0, deviation = 0;
};
Statistics statistics(View<const float, 2> x) {
  double sum = 0, squares = 0;
  for (std::int64_t i = 0; i < x.size(); ++i) sum += x.data[i];
  const double mean = sum / static_cast<double>(x.size());
  for (std::int64_t i = 0; i < x.size(); ++i) squares += (x.data[i] - mean) * (x.data[i] - mean);
  return {mean, std::sqrt(squares / static_cast<double>(x.size() - 1))};
}

/// A channel of pixel_values as the 8-bit number it was.
int level(float value) { return static_cast<int>(std::lround(value * 127.5f + 127.5f)); }

}  // namespace

TEST_CASE("the clips of the golden data: indices, timestamps, grids, pixels") {
  const auto rows = nlohmann::json::parse(std::ifstream(QWEN3VL_GOLDEN "/videos/videos.json"));
  REQUIRE(rows.size() == 6);
  for (const auto& row : rows)
    for (const bool capped : {false, true}) {
      const std::string file = row["file"];
      CAPTURE(file);
      CAPTURE(capped);
      Threads threads(2);
      VideoSettings settings;
      settings.resize.cap_pixels_per_frame = capped;
      Video video(media + file);
      CHECK(video.info().frames_per_second == row["fps"].get<double>());
      CHECK(video.info().counted_frames == row["total_num_frames"].get<std::int64_t>());
      CHECK(video.info().height == row["height"].get<int>());
      CHECK(video.info().width == row["width"].get<int>());
      if (row.contains("error")) {
        CHECK_THROWS_WITH_AS(preprocess_video(threads, video, settings),
                             doctest::Contains("1 frames: a patch of video spans two"), Error);
        continue;
      }
      const PreprocessedVideo result = preprocess_video(threads, video, settings);
      CHECK(result.frame_indices == row["indices"].get<std::vector<std::int64_t>>());
      std::vector<std::string> texts;
      for (const double at : result.timestamps) texts.push_back(timestamp_text(at));
      CHECK(texts == row["timestamps"].get<std::vector<std::string>>());

      const auto& expected = row[capped ? "capped" : "uncapped"];
      CHECK(result.grid == Grid{expected["grid_thw"][0], expected["grid_thw"][1], expected["grid_thw"][2]});
      // Lossy clips pass through FFmpeg's YUV conversion, whose last bit depends on the machine: half a
      // level of 255 on the mean, two on a pixel.
      const auto [mean, deviation] = statistics(result.pixel_values);
      CHECK(std::fabs(mean - expected["mean"].get<double>()) < 0.5 / 127.5);
      CHECK(std::fabs(deviation - expected["std"].get<double>()) < 0.5 / 127.5);
      for (std::size_t i = 0; i < expected["head"].size(); ++i)
        CHECK(std::abs(level(result.pixel_values.data[i]) - level(expected["head"][i].get<float>())) <= 2);
    }
}

TEST_CASE("lossless clips: every pixel") {
  struct Case {
    const char *file, *tensor;
    bool capped;
  };
  for (const Case& c : {Case{"clip_lossless_160x120_24fps_4s.mkv", ".capped.safetensors", true},
                        Case{"clip_short_3frames.mkv", ".uncapped.safetensors", false}}) {
    CAPTURE(c.file);
    const std::vector<std::uint8_t> expected =
        tensor_u8(QWEN3VL_GOLDEN "/videos/" + std::string(c.file) + c.tensor, "pixel_values_videos_u8");
    for (const int count : {1, 2, 3}) {
      Threads threads(count);
      VideoSettings settings;
      settings.resize.cap_pixels_per_frame = c.capped;
      Video video(media + c.file);
      const PreprocessedVideo result = preprocess_video(threads, video, settings);
      REQUIRE(result.pixel_values.size() == static_cast<std::int64_t>(expected.size()));
      std::int64_t different = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const float value = (static_cast<float>(expected[i]) - 127.5f) / 127.5f;
        different += result.pixel_values.data[i] != value;
      }
      CHECK(different == 0);
    }
  }
}

TEST_CASE("three frames: the last one fills the second group") {
  Threads threads(1);
  const PreprocessedVideo result = preprocess_video(threads, media + "clip_short_3frames.mkv");
  REQUIRE(result.grid == Grid{2, 4, 6});
  for (std::int64_t row = 24; row < 48; ++row)  // the second group: τ = 0 and τ = 1 are the same
    for (std::int64_t c = 0; c < 3; ++c)
      for (std::int64_t i = 0; i < 256; ++i)
        CHECK_FALSE(result.pixel_values(row, (2 * c) * 256 + i) !=
                    result.pixel_values(row, (2 * c + 1) * 256 + i));
  CHECK(result.placement.original == PixelSize{64, 96});
  CHECK(result.placement.resized == PixelSize{64, 96});
  CHECK(result.source_frames_per_second == 10);
  CHECK(result.sampled_frames_per_second == 10);
  CHECK(result.second_per_grid == doctest::Approx(0.2));
}

TEST_CASE("a plan says beforehand what the clip becomes") {
  Video video(media + "clip_h264_480x270_30fps_6s.mp4");
  const VideoPlan plan = plan_video(video.info(), VideoSettings{});
  CHECK(plan.grid == Grid{6, 16, 30});
  CHECK(plan.values() == 6 * 16 * 30 * 1536);
  const Point corner = plan.placement.relative_to_original({1000, 1000});
  CHECK(corner.x == 480);
  CHECK(corner.y == 270);
}

namespace {

/// Level of the first pixel of every frame, two a group.
std::vector<int> levels(const PreprocessedVideo& video) {
  std::vector<int> found;
  for (int t = 0; t < video.grid.t; ++t) {
    const std::int64_t row = std::int64_t{t} * video.grid.h * video.grid.w;
    found.push_back(level(video.pixel_values(row, 0)));
    found.push_back(level(video.pixel_values(row, 256)));
  }
  return found;
}

}  // namespace

TEST_CASE("a variable frame rate: pictures and times are those of the screen") {
  const clips::Folder folder;
  const std::string path = folder / "variable_rate.mkv";
  clips::Spec spec;
  spec.path = path;
  spec.milliseconds = {0, 100, 200, 300, 5000, 5500, 6000, 7000};  // numbered 10, 20 … 80
  clips::write(spec, clips::numbered);
  Threads threads(1);
  VideoSettings settings;
  settings.sampling.num_frames = 8;  // one a second
  Video video(path);
  const PreprocessedVideo by_stamps = preprocess_video(threads, video, settings);
  CHECK(levels(by_stamps) == std::vector{10, 40, 40, 40, 40, 50, 70, 80});
  CHECK(by_stamps.frame_indices == std::vector<std::int64_t>{0, 3, 3, 3, 3, 4, 6, 7});
  CHECK(by_stamps.timestamps == std::vector{0.5, 2.5, 4.5, 6.5});

  settings.clock = Clock::average_rate;  // as the processor
  const PreprocessedVideo by_rate = preprocess_video(threads, video, settings);
  CHECK(levels(by_rate) == std::vector{10, 20, 30, 40, 50, 60, 70, 80});
}

TEST_CASE("more frames than there are: some are shown again") {
  const clips::Folder folder;
  const std::string path = folder / "repeated.mkv";
  clips::Spec spec;
  spec.path = path;
  spec.milliseconds = clips::every(100, 3);
  clips::write(spec, clips::numbered);
  Threads threads(1);
  VideoSettings settings;
  settings.sampling.num_frames = 7;
  Video video(path);
  CHECK(levels(preprocess_video(threads, video, settings)) == std::vector{10, 10, 20, 20, 20, 30, 30, 30});
}

TEST_CASE("packets that are not frames: the clip is counted again by decoding") {
  const clips::Folder folder;
  const std::string path = folder / "empty_packets.mp4";
  clips::Spec spec;
  spec.path = path;
  spec.codec = "mpeg4", spec.format = AV_PIX_FMT_YUV420P;
  spec.milliseconds = clips::every(100, 40);
  clips::write(spec, clips::numbered);
  std::ifstream file(path, std::ios::binary);
  std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  int start_codes = 0;  // of pictures; those of the first group of twelve stay, the next four go
  for (std::size_t i = 0; i + 3 < bytes.size(); ++i)
    if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1 && bytes[i + 3] == 0xB6)
      if (++start_codes > 12 && start_codes <= 16) bytes[i + 3] = 0xB2;
  REQUIRE(start_codes == 40);

  ClipOptions options;
  options.damage = Damage::skip;
  Video video(ClipSource::memory(std::move(bytes), "holed"), options);
  REQUIRE(video.info().counted_frames == 40);
  Threads threads(2);
  const PreprocessedVideo result = preprocess_video(threads, video, VideoSettings{});
  CHECK(video.info().counted_frames == 36);
  CHECK(result.frame_indices.back() == 35);
  CHECK(result.timestamps.back() < 4);
}

TEST_CASE("the utility package's flavour: a cut of the clip, its own budget, float resampling") {
  Threads threads(2);
  UtilityVideoSettings settings;
  settings.sampling.video_start = 1, settings.sampling.video_end = 3;
  settings.resize.item.max_pixels = 200 * 200;
  Video video(media + "clip_lossless_160x120_24fps_4s.mkv");
  settings.resize.item.min_pixels = 4'096;
  const PreprocessedVideo result = preprocess_video(threads, video, settings);
  CHECK(result.frame_indices == std::vector<std::int64_t>{24, 40, 56, 72});
  CHECK(result.grid == Grid{2, 8, 10});
  CHECK(result.timestamps == std::vector{(24 / 24.0 + 40 / 24.0) / 2, (56 / 24.0 + 72 / 24.0) / 2});

  // the same, put together by hand
  const std::vector<std::int64_t> wanted{24, 40};
  Image pair[2] = {Image(160, 128), Image(160, 128)};
  int found = 0;
  for (const VideoFrame& frame : video)
    if (found < 2 && frame.index() == wanted[static_cast<std::size_t>(found)]) {
      const Image picture = frame.picture();
      resample<FloatAA>(threads, picture.view(), pair[found++].view());
    }
  std::vector<float> expected(80 * 1536);
  patchify(threads, std::as_const(pair[0]).view(), std::as_const(pair[1]).view(), settings.patches,
           settings.normalise, View<float, 2>(expected.data(), {80, 1536}));
  CHECK(std::equal(expected.begin(), expected.end(), result.pixel_values.data));
}

TEST_CASE("the older generations: every frame, a budget for each") {
  Threads threads(1);
  Video video(media + "clip_short_3frames.mkv");
  const PreprocessedVideo result = preprocess_video(threads, video, Qwen2VideoSettings{});
  CHECK(result.frame_indices == std::vector<std::int64_t>{0, 1, 2});
  CHECK(result.grid == Grid{2, 4, 6});  // 56 × 84
  CHECK(result.pixel_values.shape[1] == 3 * 2 * 14 * 14);
}

TEST_CASE("pictures in a row are a video") {
  Threads threads(1);
  std::vector<Image> images(3, Image(96, 64));
  for (std::size_t i = 0; i < 3; ++i)
    images[i].rgb.assign(images[i].rgb.size(), static_cast<std::uint8_t>(10 * (i + 1)));
  const PreprocessedVideo result = preprocess_frames(threads, images, {2, 2}, FrameListSettings{});
  CHECK(result.grid == Grid{2, 4, 6});
  CHECK(levels(result) == std::vector{10, 20, 30, 30});
  CHECK(result.timestamps == std::vector{0.25, 1.0});
  CHECK(result.second_per_grid == 1.0);
  const PreprocessedVideo chosen = preprocess_frames(threads, images, {2, 10}, FrameListSettings{});
  CHECK(chosen.timestamps == std::vector{0.05, 0.2});
  CHECK(chosen.second_per_grid == 1.0);

  images[1] = Image(96, 65);
  CHECK_THROWS_WITH_AS(preprocess_frames(threads, images, {}, FrameListSettings{}),
                       doctest::Contains("frame 1 has 96x65 pixels, the first 96x64"), Error);
  CHECK_THROWS_AS(preprocess_frames(threads, {}, {2, 2}, VideoSettings{}), Error);
  CHECK_THROWS_AS(preprocess_frames(threads, std::vector<Image>(2, Image(96, 64)), {NAN, 2}, VideoSettings{}),
                  Error);
  CHECK_THROWS_AS(preprocess_frames(threads, std::vector<Image>(1, Image(96, 64)), {2, 2}, VideoSettings{}),
                  Error);
}

namespace {

/// A line of /proc/self/status in bytes; 0 where there is none.
std::int64_t status_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size())) * 1024;
  return 0;
}

}  // namespace

TEST_CASE("law: memory does not grow with the clip") {
  const clips::Folder folder;
  const std::string path = folder / "long.mkv";
  clips::Spec spec;
  spec.path = path;
  spec.codec = "mpeg4", spec.format = AV_PIX_FMT_YUV420P;
  spec.width = 640, spec.height = 480;
  spec.milliseconds = clips::every(40, 500);  // as RGB 460 MB
  clips::write(spec, [](int frame, int, int) {
    return clips::Pixel{static_cast<std::uint8_t>(frame), 128, 128};
  });
  Threads threads(2);
  VideoSettings settings;
  settings.sampling.num_frames = 500;               // every frame is chosen
  settings.resize.clip.max_pixels = 500 * 32 * 64;  // 12 MB of pixel_values
  std::ofstream("/proc/self/clear_refs") << 5;      // the high-water mark starts anew
  const std::int64_t before = status_bytes("VmRSS:");
  const PreprocessedVideo result = preprocess_video(threads, path, settings);
  const std::int64_t peak = status_bytes("VmHWM:");
  CHECK(result.frame_indices.size() == 500);
  MESSAGE("peak above the start: " << (peak - before) / 1e6 << " MB, of which pixel_values "
                                   << static_cast<double>(result.pixel_values.size()) * 4e-6);
  if (before > 0) CHECK(peak - before < 150'000'000);
}
