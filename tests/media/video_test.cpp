#include <qwen3vl/media/video.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/media/load_video.hpp>

#include "video_writer.hpp"

using namespace qwen3vl;

namespace {

const std::string media = QWEN3VL_GOLDEN "/media/";
const std::string short_clip = media + "clip_short_3frames.mkv";  // 96×64, 3 frames, 10 a second

std::vector<std::uint8_t> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Decodes and converts everything; the number of frames.
int play(Video& video) {
  int frames = 0;
  Image image;
  for (const VideoFrame& frame : video) {
    frame.picture(image);
    ++frames;
  }
  return frames;
}

clips::Pixel at(const Image& image, int x, int y) {
  const std::uint8_t* p = image.rgb.data() + 3 * (y * image.width + x);
  return {p[0], p[1], p[2], 255};
}

}  // namespace

TEST_CASE("a clip is a range of frames in time") {
  Video video(media + "clip_lossless_160x120_24fps_4s.mkv");
  CHECK(video.info().codec == "ffv1");
  CHECK(video.info().frames_per_second == 24);
  CHECK(video.info().counted_frames == 96);
  CHECK(video.info().seconds == 4);
  for (int round = 0; round < 2; ++round) {  // a range can be walked again
    std::int64_t index = 0;
    for (const VideoFrame& frame : video) {
      CHECK(frame.index() == index);
      CHECK(frame.seconds() == doctest::Approx(static_cast<double>(index) / 24).epsilon(0.001));
      CHECK(frame.seconds() == video.info().stamps[static_cast<std::size_t>(index)]);
      ++index;
    }
    CHECK(index == 96);
  }
  CHECK(!video.next());  // stays at the end
}

TEST_CASE("a clip in memory, borrowed or owned, is the clip in the file") {
  const std::vector<std::uint8_t> bytes = bytes_of(short_clip);
  Video file(short_clip), borrowed(ClipSource::memory(std::span<const std::uint8_t>(bytes))),
      owned(ClipSource::memory(std::vector<std::uint8_t>(bytes), "short")),
      addressed(load_video("file://" + short_clip));
  for (int i = 0; i < 3; ++i) {
    REQUIRE(file.next());
    REQUIRE(borrowed.next());
    REQUIRE(owned.next());
    REQUIRE(addressed.next());
    CHECK(borrowed.frame().picture().rgb == file.frame().picture().rgb);
    CHECK(owned.frame().picture().rgb == file.frame().picture().rgb);
    CHECK(addressed.frame().picture().rgb == file.frame().picture().rgb);
  }
}

TEST_CASE("the number of decoder threads changes nothing") {
  ClipOptions one, four;
  four.threads = 4;
  Video a(media + "clip_h264_480x270_30fps_6s.mp4", one), b(media + "clip_h264_480x270_30fps_6s.mp4", four);
  int frames = 0;
  while (a.next() && b.next())
    if (++frames % 20 == 0) CHECK(a.frame().picture().rgb == b.frame().picture().rgb);
  CHECK(frames == 180);
}

TEST_CASE("frames carry the seconds of their time stamps") {
  const clips::Folder folder;
  clips::Spec spec;
  spec.path = folder / "variable.mkv";
  spec.milliseconds = {0, 100, 150, 900, 4000, 4040};
  clips::write(spec, clips::numbered);
  Video video(spec.path);
  REQUIRE(video.info().counted_frames == 6);
  for (const VideoFrame& frame : video) {
    const std::size_t i = static_cast<std::size_t>(frame.index());
    CHECK(frame.seconds() == doctest::Approx(static_cast<double>(spec.milliseconds[i]) / 1000));
    CHECK(at(frame.picture(), 3, 3) == clips::numbered(static_cast<int>(i), 3, 3));
  }
}

TEST_CASE("a camera's note on how it was held is obeyed, unless not wanted") {
  const clips::Folder folder;
  const auto corners = [](int, int x, int y) {  // red, green / blue, white; 64 × 48
    const bool right = x >= 32, low = y >= 24;
    return right && low ? clips::Pixel{255, 255, 255, 255}
           : right      ? clips::Pixel{0, 255, 0, 255}
           : low        ? clips::Pixel{0, 0, 255, 255}
                        : clips::Pixel{255, 0, 0, 255};
  };
  const clips::Pixel red{255, 0, 0, 255}, green{0, 255, 0, 255}, blue{0, 0, 255, 255};
  struct Case {
    double clockwise;  // turn to be upright
    int width, height;
    clips::Pixel top_left, top_right;
  };
  for (const Case& c : {Case{90, 48, 64, blue, red}, Case{180, 64, 48, {255, 255, 255, 255}, blue},
                        Case{270, 48, 64, green, {255, 255, 255, 255}}}) {
    CAPTURE(c.clockwise);
    clips::Spec spec;
    spec.path = folder / "turned.mov";
    spec.milliseconds = clips::every(100, 2);
    spec.rotation = -c.clockwise;
    clips::write(spec, corners);
    Video video(spec.path);
    REQUIRE(video.info().width == c.width);
    REQUIRE(video.info().height == c.height);
    REQUIRE(video.next());
    const Image image = video.frame().picture();
    CHECK(at(image, 0, 0) == c.top_left);
    CHECK(at(image, c.width - 1, 0) == c.top_right);

    ClipOptions stored;
    stored.rotation = Rotation::stored;
    Video lying(spec.path, stored);
    REQUIRE(lying.info().width == 64);
    REQUIRE(lying.next());
    CHECK(at(lying.frame().picture(), 0, 0) == red);
  }
}

TEST_CASE("transparent frames go onto white, or lose their alpha") {
  const clips::Folder folder;
  clips::Spec spec;
  spec.path = folder / "glass.mkv";
  spec.format = AV_PIX_FMT_BGRA;
  spec.milliseconds = clips::every(100, 2);
  clips::write(spec, [](int, int x, int) {
    return clips::Pixel{200, 100, 0, static_cast<std::uint8_t>(x < 32 ? 255 : 51)};
  });
  Video video(spec.path);
  REQUIRE(video.next());
  CHECK(at(video.frame().picture(), 0, 0) == clips::Pixel{200, 100, 0, 255});
  CHECK(at(video.frame().picture(), 40, 0) == clips::Pixel{244, 224, 204, 255});  // a fifth of it

  ClipOptions dropped;
  dropped.alpha = Alpha::drop;
  Video opaque(spec.path, dropped);
  REQUIRE(opaque.next());
  CHECK(at(opaque.frame().picture(), 40, 0) == clips::Pixel{200, 100, 0, 255});
}

TEST_CASE("YUV is converted by the matrix and range that the file names, else by BT.601's") {
  const clips::Folder folder;
  struct Case {
    AVColorSpace matrix;
    AVColorRange range;
    clips::Pixel yuv, rgb;
  };
  for (const Case& c : {
           Case{AVCOL_SPC_UNSPECIFIED, AVCOL_RANGE_MPEG, {81, 90, 240}, {255, 0, 0}},
           Case{AVCOL_SPC_SMPTE170M, AVCOL_RANGE_MPEG, {81, 90, 240}, {255, 0, 0}},
           Case{AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, {63, 102, 240}, {255, 0, 0}},
           Case{AVCOL_SPC_BT709, AVCOL_RANGE_MPEG, {235, 128, 128}, {255, 255, 255}},
           Case{AVCOL_SPC_BT709, AVCOL_RANGE_JPEG, {235, 128, 128}, {235, 235, 235}},
           Case{AVCOL_SPC_SMPTE170M, AVCOL_RANGE_JPEG, {76, 85, 255}, {254, 0, 0}},
       }) {
    CAPTURE(int(c.matrix));
    CAPTURE(int(c.range));
    clips::Spec spec;
    spec.path = folder / "colour.mkv";
    spec.format = AV_PIX_FMT_YUV444P;
    spec.matrix = c.matrix, spec.range = c.range;
    spec.milliseconds = clips::every(100, 2);
    clips::write(spec, [&](int, int, int) { return c.yuv; });
    Video video(spec.path);
    REQUIRE(video.next());
    const clips::Pixel got = at(video.frame().picture(), 20, 20);
    for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(got[i] - c.rgb[i]) <= 2);
  }
}

TEST_CASE("widths that no vector register divides") {
  const clips::Folder folder;
  for (const int width : {1, 2, 7, 17, 33, 65, 127}) {
    clips::Spec spec;
    spec.path = folder / "odd.mkv";
    spec.width = width, spec.height = 5;
    spec.milliseconds = clips::every(100, 2);
    const auto picture = [](int frame, int x, int y) {
      return clips::Pixel{static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y),
                          static_cast<std::uint8_t>(frame), 255};
    };
    clips::write(spec, picture);
    Video video(spec.path);
    for (const VideoFrame& frame : video) {
      const Image image = frame.picture();
      REQUIRE(image.width == width);
      for (int y = 0; y < 5; ++y)
        for (int x = 0; x < width; ++x)
          CHECK(at(image, x, y) == picture(static_cast<int>(frame.index()), x, y));
    }
  }
}

TEST_CASE("refuses what is not a clip, and says what it is") {
  CHECK_THROWS_WITH_AS(Video(media + "bad_audio_only.m4a"), doctest::Contains("has no video stream"), Error);
  CHECK_THROWS_WITH_AS(Video(media + "bad_audio_only.m4a"), doctest::Contains("it has audio (aac)"), Error);
  CHECK_THROWS_WITH_AS(Video(media + "bad_truncated.mp4"),
                       doctest::Contains("bad_truncated.mp4: cannot be opened"), Error);
  CHECK_THROWS_WITH_AS(Video(media + "no such clip.mp4"), doctest::Contains("no such file"), Error);
  CHECK_THROWS_WITH_AS(Video(std::filesystem::path(media)), doctest::Contains("is not a regular file"),
                       Error);
  CHECK_THROWS_WITH_AS(Video(std::filesystem::path("/dev/zero")), doctest::Contains("is not a regular file"),
                       Error);
  CHECK_THROWS_WITH_AS(Video(ClipSource::memory(std::vector<std::uint8_t>{})), doctest::Contains("is empty"),
                       Error);
  const auto text = [](const std::string& words) {
    return ClipSource::memory(std::vector<std::uint8_t>(words.begin(), words.end()), "words");
  };
  CHECK_THROWS_WITH_AS(Video(text("It was a dark and stormy night; the rain fell in torrents.")),
                       doctest::Contains("words: is not a video file"), Error);

  SUBCASE("playlists reach no other file") {
    const std::string inner = short_clip;
    const std::vector<std::string> lists{
        "ffconcat version 1.0\nfile '" + inner + "'\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://" + inner + "\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n",
        "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" type=\"static\"></MPD>"};
    for (const std::string& list : lists) {
      CAPTURE(list);
      CHECK_THROWS_AS(Video{text(list)}, Error);
    }
    CHECK_THROWS_WITH_AS(Video(text("ffconcat version 1.0\nfile '" + inner + "'\n")),
                         doctest::Contains("not a video file"), Error);
  }
}

TEST_CASE("a clip that breaks off is refused, or shown as far as it goes") {
  const clips::Folder folder;
  for (const char* name : {"whole.mp4", "whole.mkv"}) {
    clips::Spec spec;
    spec.path = folder / name;
    spec.codec = "mpeg4", spec.format = AV_PIX_FMT_YUV420P;
    spec.milliseconds = clips::every(50, 100);
    spec.index_first = true;
    clips::write(spec, [](int frame, int x, int y) {
      return clips::Pixel{static_cast<std::uint8_t>(x * y + 7 * frame * x), static_cast<std::uint8_t>(y),
                          128};
    });
    CHECK(Video(spec.path).info().counted_frames == 100);
    std::vector<std::uint8_t> bytes = bytes_of(spec.path);
    bytes.resize(bytes.size() * 2 / 3);
    const ClipSource cut = ClipSource::memory(std::span<const std::uint8_t>(bytes), "cut");
    CHECK_THROWS_WITH_AS(Video{cut}, doctest::Contains("cut: the file breaks off"), Error);

    ClipOptions lenient;
    lenient.damage = Damage::skip;
    Video rest(cut, lenient);
    CHECK(rest.info().counted_frames >= 50);
    CHECK(rest.info().counted_frames < 80);
    CHECK(play(rest) >= 50);
  }
}

TEST_CASE("clips joined byte by byte are refused: their time starts over") {
  const clips::Folder folder;
  clips::Spec spec;
  spec.path = folder / "once.ts";
  spec.codec = "mpeg2video", spec.format = AV_PIX_FMT_YUV420P;
  spec.milliseconds = clips::every(40, 75);
  clips::write(spec, clips::numbered);
  CHECK(Video(spec.path).info().counted_frames == 75);
  std::vector<std::uint8_t> bytes = bytes_of(spec.path);
  bytes.insert(bytes.end(), bytes.begin(), bytes.end());
  const ClipSource joined = ClipSource::memory(std::span<const std::uint8_t>(bytes), "joined.ts");
  CHECK_THROWS_WITH_AS(Video{joined}, doctest::Contains("joined.ts: its time goes back"), Error);
  ClipOptions lenient;
  lenient.damage = Damage::skip;  // nor can frames be put into order then
  CHECK_THROWS_WITH_AS(Video(joined, lenient), doctest::Contains("its time goes back"), Error);
}

TEST_CASE("a header that errs: the frames are counted") {
  const clips::Folder folder;
  clips::Spec spec;
  spec.path = folder / "dense.avi";  // its clock ticks every millisecond: the header says 2400 frames
  spec.codec = "mpeg4", spec.format = AV_PIX_FMT_YUV420P;
  spec.milliseconds = clips::every(40, 60);
  clips::write(spec, clips::numbered);
  Video video(spec.path);
  CHECK(video.info().frames == 2400);
  CHECK(video.info().counted_frames == 60);
  CHECK(video.info().seconds == doctest::Approx(2.4));
  CHECK(play(video) == 60);
}

TEST_CASE("a damaged frame is refused, or left out") {
  std::vector<std::uint8_t> bytes = bytes_of(media + "clip_ntsc_160x120_5s.mp4");
  for (std::size_t i = 0; i < 400; ++i) bytes[bytes.size() / 2 + i] = 0;
  const ClipSource source = ClipSource::memory(std::span<const std::uint8_t>(bytes), "holed.mp4");
  Video strict(source);
  CHECK_THROWS_WITH_AS(play(strict), doctest::Contains("holed.mp4: frame "), Error);
  ClipOptions lenient;
  lenient.damage = Damage::skip;
  Video video(source, lenient);
  CHECK(play(video) >= 140);
}

TEST_CASE("limits: size of a frame, number of frames, length, memory") {
  ClipOptions options;
  SUBCASE("pixels") {
    options.limits.max_pixels = 96 * 64 - 1;
    CHECK_THROWS_WITH_AS(Video(short_clip, options), doctest::Contains("96x64 pixels"), Error);
  }
  SUBCASE("frames") {
    options.limits.max_frames = 2;
    CHECK_THROWS_WITH_AS(Video(short_clip, options), doctest::Contains("more than 2 frames"), Error);
  }
  SUBCASE("seconds") {
    options.limits.max_seconds = 0.1;
    CHECK_THROWS_WITH_AS(Video(short_clip, options), doctest::Contains("ClipLimits::max_seconds"), Error);
  }
  SUBCASE("memory") {
    options.limits.max_memory = 100'000;
    Video video(short_clip, options);
    CHECK_THROWS_WITH_AS(video.next(), doctest::Contains("ClipLimits::max_memory"), Error);
  }
}

TEST_CASE("mutated clips are decoded or refused, none crashes or hangs") {
  std::mt19937 random(1);
  const auto start = std::chrono::steady_clock::now();
  int refused = 0, played = 0;
  for (const char* file :
       {"clip_short_3frames.mkv", "clip_ntsc_160x120_5s.mp4", "clip_vp9_200x300_15fps.webm"}) {
    const std::vector<std::uint8_t> whole = bytes_of(media + file);
    for (int round = 0; round < 40; ++round) {
      CAPTURE(file);
      CAPTURE(round);
      std::vector<std::uint8_t> bytes = whole;
      // half of the changes near an end, where the structure is
      for (int change = 0; change < 1 + round % 8; ++change) {
        const std::size_t span = round % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 4096);
        const std::size_t at = random() % span;
        bytes[round % 4 == 2 ? bytes.size() - 1 - at : at] = static_cast<std::uint8_t>(random());
      }
      if (round % 5 == 4) bytes.resize(random() % bytes.size());
      ClipOptions options;
      options.damage = round % 3 ? Damage::refuse : Damage::skip;
      options.limits.max_pixels = 1 << 22;
      options.limits.max_frames = 10'000;
      try {
        Video video(ClipSource::memory(std::span<const std::uint8_t>(bytes), file), options);
        play(video);
        ++played;
      } catch (const Error& error) {
        CHECK(std::string(error.what()).find(file) == 0);
        ++refused;
      }
    }
  }
  MESSAGE(played << " played, " << refused << " refused");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::minutes(5));
}

TEST_CASE("FFmpeg is silent while we use it, and as loud as before afterwards") {
  const clips::Folder folder;
  const int before = av_log_get_level();
  std::fflush(stderr);
  const int terminal = dup(STDERR_FILENO);
  std::FILE* captured = std::fopen((folder / "stderr").c_str(), "w+");
  dup2(fileno(captured), STDERR_FILENO);
  for (const char* bad : {"bad_truncated.mp4", "bad_audio_only.m4a"}) try {
      Video video(media + bad);
    } catch (const Error&) {
    }
  {
    std::vector<std::uint8_t> bytes = bytes_of(media + "clip_ntsc_160x120_5s.mp4");
    for (std::size_t i = 20'000; i < 20'400; ++i) bytes[i] ^= 0x55;
    ClipOptions lenient;
    lenient.damage = Damage::skip, lenient.threads = 2;
    Video video(ClipSource::memory(std::move(bytes)), lenient);
    play(video);
  }
  std::fflush(stderr);
  dup2(terminal, STDERR_FILENO);
  close(terminal);
  std::fseek(captured, 0, SEEK_END);
  CHECK(std::ftell(captured) == 0);
  std::fclose(captured);
  CHECK(av_log_get_level() == before);
}
