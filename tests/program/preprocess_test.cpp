/// preprocess: the reference's patches of golden pictures and clips.
#include <cmath>
#include <numeric>
#include <span>

#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/media/timestamps.hpp>

#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string media = golden + "media/";

template <class T> std::vector<T> values(const SafetensorsFile& file, const char* name) {
  const auto flat = file.at(name).flat<T>();
  return {flat.begin(), flat.end()};
}

double mean(std::span<const float> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0) / static_cast<double>(numbers.size());
}

}  // namespace

TEST_CASE("pictures: grid, mean and the head of the first patch, both resamplers") {
  const TemporaryFolder folder;
  const std::string output = folder / "out.safetensors";
  const Json files = read_json_file(golden + "images/images.json")["files"];
  int compared = 0;
  for (const Json& file : files)
    for (const char* resampler : {"torchvision", "pil"}) {
      const std::string name = file["file"];
      if (name != "odd_333x517.png" && name != "gray_257x129.png" && name != "one_pixel.png" &&
          name != "rgba_300x200.png")
        continue;
      CAPTURE(name);
      CAPTURE(resampler);
      const Json& expected = file[resampler];
      output_of({"preprocess", "--model", tokenizer_folder, "--image", media + name, "--resampler", resampler,
                 "--threads", "2", "--output", output});
      const SafetensorsFile got(output);
      CHECK(values<std::int64_t>(got, "image_grid_thw") ==
            expected["grid_thw"].get<std::vector<std::int64_t>>());
      const auto pixels = got.at("pixel_values").view<float, 2>();
      const std::span<const float> flat(pixels.data, static_cast<std::size_t>(pixels.size()));
      CHECK(mean(flat) == doctest::Approx(expected["mean"].get<double>()).epsilon(1e-5));
      const auto head = expected["first_row_head"].get<std::vector<float>>();
      CHECK(std::vector<float>(flat.begin(), flat.begin() + static_cast<std::ptrdiff_t>(head.size())) ==
            head);
      ++compared;
    }
  CHECK(compared == 8);
}

TEST_CASE("a clip: grid, frames and times, the summary says the same") {
  const TemporaryFolder folder;
  const std::string output = folder / "out.safetensors", name = "clip_lossless_160x120_24fps_4s.mkv";
  const std::string summary =
      output_of({"preprocess", "--model", tokenizer_folder, "--video", media + name, "--output", output});
  const SafetensorsFile got(output);
  for (const Json& row : read_json_file(golden + "videos/videos.json")) {
    if (row["file"] != name) continue;
    CHECK(values<std::int64_t>(got, "video_grid_thw") ==
          row["uncapped"]["grid_thw"].get<std::vector<std::int64_t>>());
    CHECK(values<std::int64_t>(got, "frame_indices") == row["indices"].get<std::vector<std::int64_t>>());
    std::vector<std::string> times;
    for (const double seconds : values<double>(got, "timestamps")) times.push_back(timestamp_text(seconds));
    CHECK(times == row["timestamps"].get<std::vector<std::string>>());
    CHECK(mean(got.at("pixel_values_videos").flat<float>()) ==
          doctest::Approx(row["uncapped"]["mean"].get<double>()).epsilon(1e-5));
    CHECK(contains(summary, times.front()));
    CHECK(contains(summary, "8 frames, 2 a second"));
  }
  CHECK(contains(summary, "160x120 pixels, resized to 160x128: grid 4 x 8 x 10, 80 tokens"));
  CHECK(got.find("pixel_values") == nullptr);
}

TEST_CASE("several pictures and a clip go into one file, in their order") {
  const TemporaryFolder folder;
  const std::string output = folder / "out.safetensors";
  const auto run = [&](std::vector<std::string> what) {
    what.insert(what.begin(), {"preprocess", "--model", tokenizer_folder, "--output", output});
    output_of(what);
    return SafetensorsFile(output);
  };
  const auto first = values<float>(run({"--image", media + "gray_257x129.png"}), "pixel_values");
  const auto second = values<float>(run({"--image", media + "one_pixel.png"}), "pixel_values");
  const SafetensorsFile all = run({"--image", media + "gray_257x129.png", "--image", media + "one_pixel.png",
                                   "--video", media + "clip_short_3frames.mkv"});
  std::vector<float> both = first;
  both.insert(both.end(), second.begin(), second.end());
  CHECK(values<float>(all, "pixel_values") == both);
  CHECK(all.at("image_grid_thw").shape == Shape{2, 3});
  CHECK(all.at("video_grid_thw").shape == Shape{1, 3});
}

TEST_CASE("a checkpoint whose config.json wants other patches is refused") {
  const TemporaryFolder folder;
  folder.write("config.json", content_of(golden + "models/tied/config.json"));  // patches of 4
  folder.write("preprocessor_config.json", content_of(golden + "processor/preprocessor_config.json"));
  check_refuses(1, "patch_size of images is 16, config.json has 4",
                {"preprocess", "--model", folder.path(), "--image", media + "one_pixel.png", "--output",
                 folder / "out"});
}

TEST_CASE("a clip that breaks off is refused, or taken as far as it goes where that is asked for") {
  const TemporaryFolder folder;
  std::string bytes = content_of(media + "clip_lossless_160x120_24fps_4s.mkv");
  bytes.resize(bytes.size() * 2 / 3);
  folder.write("cut.mkv", bytes);
  std::vector<std::string> command{"preprocess",       "--model",  tokenizer_folder,          "--video",
                                   folder / "cut.mkv", "--output", folder / "out.safetensors"};
  check_refuses(1, "--damaged-clips skip", command);
  command.insert(command.end(), {"--damaged-clips", "skip"});
  output_of(command);
  const auto times = values<double>(SafetensorsFile(folder / "out.safetensors"), "timestamps");
  REQUIRE(times.size() >= 2);
  CHECK(times.back() < 3.0);
}

TEST_CASE("what cannot be read is refused, and no file is left") {
  const TemporaryFolder folder;
  const auto refuses = [&](const char* kind, const std::string& address, const char* words) {
    CAPTURE(address);
    check_refuses(1, words,
                  {"preprocess", "--model", tokenizer_folder, kind, address, "--output", folder / "out"});
  };
  refuses("--image", media + "bad_text.jpg", "not a PNG, JPEG, BMP or GIF file");
  refuses("--image", media + "bad_truncated.png", "bad_truncated.png");
  refuses("--image", media + "too_wide_2100x10.png", "one side is");
  refuses("--image", "nowhere.png", "nowhere.png: no such file");
  refuses("--video", media + "bad_audio_only.m4a", "bad_audio_only.m4a");
  refuses("--video", media + "clip_oneframe.mkv", "1 frames");
  CHECK(folder.names().empty());
}
