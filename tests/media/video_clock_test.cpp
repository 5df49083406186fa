#include <qwen3vl/media/video_clock.hpp>

#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

using namespace qwen3vl;

namespace {

std::vector<double> even_stamps(int frames, double rate) {
  std::vector<double> stamps;
  for (int i = 0; i < frames; ++i) stamps.push_back(i / rate);
  return stamps;
}

}  // namespace

TEST_CASE("an even clip: stamps change nothing") {
  std::vector<double> stamps = even_stamps(150, 30);
  for (double& at : stamps) at = static_cast<double>(static_cast<int>(at * 1000)) / 1000;  // as in .mkv
  CHECK(!has_variable_rate(stamps, 30));
  const ChosenFrames by_stamps = choose_frames(SampleEvenly{}, {150, 30}, stamps);
  const ChosenFrames by_rate = choose_frames(SampleEvenly{}, {150, 30}, stamps, Clock::average_rate);
  CHECK(by_stamps.indices == by_rate.indices);
  CHECK(by_stamps.seconds == by_rate.seconds);
  CHECK(by_stamps.indices == std::vector<std::int64_t>{0, 17, 33, 50, 66, 83, 99, 116, 132, 149});
}

TEST_CASE("a variable rate: the frames that are on the screen at even instants") {
  // 2 s at 10 frames a second, then one picture for 6 s, then 2 s at 10 again: 41 frames, 10 s
  std::vector<double> stamps = even_stamps(20, 10);
  for (int i = 0; i <= 20; ++i) stamps.push_back(8 + i / 10.0);
  const ClipLength clip{41, 4.1};
  CHECK(has_variable_rate(stamps, clip.frames_per_second));

  SampleEvenly sampler;
  sampler.num_frames = 11;  // every second
  const ChosenFrames chosen = choose_frames(sampler, clip, stamps);
  CHECK(chosen.indices == std::vector<std::int64_t>{0, 10, 19, 19, 19, 19, 19, 19, 20, 30, 40});
  for (std::size_t i = 0; i < 11; ++i) CHECK(chosen.seconds[i] == doctest::Approx(static_cast<double>(i)));

  const ChosenFrames reference = choose_frames(sampler, clip, stamps, Clock::average_rate);
  CHECK(reference.indices == std::vector<std::int64_t>{0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40});
}

TEST_CASE("video_start and video_end are seconds of the film, whatever the rate") {
  std::vector<double> stamps = even_stamps(20, 10);
  for (int i = 0; i <= 20; ++i) stamps.push_back(8 + i / 10.0);
  SampleClip sampler;
  sampler.video_start = 8.5, sampler.video_end = 10;
  const ChosenFrames chosen = choose_frames(sampler, {41, 4.1}, stamps);
  CHECK(chosen.seconds.front() >= 8.5);
  CHECK(chosen.seconds.back() <= 10.0);
  CHECK(stamps[static_cast<std::size_t>(chosen.indices.front())] >= 8.4);
}

TEST_CASE("no stamps, one frame, all frames at once: the average rate it is") {
  CHECK(choose_frames(SampleEvenly{}, {100, 25}, {}).indices.size() == 8);
  CHECK(choose_frames(SampleEvenly{}, {1, 25}, std::vector{0.0}).indices.size() == 1);
  CHECK(choose_frames(SampleEvenly{}, {3, 25}, std::vector{0.0, 0.0, 0.0}).indices.size() == 3);
  CHECK(choose_frames(SampleEvenly{}, {48, 0}, {}).source_frames_per_second == 24);
}
