#pragma once

// Makes small clips for the tests: any codec of FFmpeg, any time stamps, any rotation.

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
}

#include <stdlib.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace clips {

/// A folder for a test's clips, gone when the test is over.
struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qwen3vl_video_XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
};

struct Spec {
  std::string path;
  const char* codec = "ffv1";
  AVPixelFormat format = AV_PIX_FMT_BGR0;  // BGR0, BGRA, or planar YUV with 8 bit
  int width = 64, height = 48;
  std::vector<std::int64_t> milliseconds;  // when each frame is shown
  double rotation = 0;                     // degrees, counter-clockwise, as a camera notes them
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  bool index_first = false;  // .mp4: the table of frames before the frames
};

/// n frames, one every `step` milliseconds.
inline std::vector<std::int64_t> every(std::int64_t step, int n) {
  std::vector<std::int64_t> at;
  for (int i = 0; i < n; ++i) at.push_back(i * step);
  return at;
}

using Pixel = std::array<std::uint8_t, 4>;  // R G B A, or Y U V
using Picture = std::function<Pixel(int frame, int x, int y)>;

inline int must(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string("cannot make the test clip: ") + what);
  return result;
}

inline void write(const Spec& spec, const Picture& picture) {
  const int loudness = av_log_get_level();
  av_log_set_level(AV_LOG_ERROR);
  AVFormatContext* format = nullptr;
  must(avformat_alloc_output_context2(&format, nullptr, nullptr, spec.path.c_str()), "container");
  const AVCodec* encoder = avcodec_find_encoder_by_name(spec.codec);
  if (!encoder) throw std::runtime_error(std::string("no encoder ") + spec.codec);
  AVStream* stream = avformat_new_stream(format, nullptr);
  AVCodecContext* codec = avcodec_alloc_context3(encoder);
  codec->width = spec.width, codec->height = spec.height;
  codec->pix_fmt = spec.format;
  codec->time_base = {1, 1000};
  codec->colorspace = spec.matrix, codec->color_range = spec.range;
  codec->gop_size = 12, codec->max_b_frames = 0;
  codec->thread_count = 1;
  codec->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (format->oformat->flags & AVFMT_GLOBALHEADER) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  must(avcodec_open2(codec, encoder, nullptr), "encoder");
  must(avcodec_parameters_from_context(stream->codecpar, codec), "parameters");
  stream->time_base = codec->time_base;
  if (spec.rotation != 0) {
    auto* matrix = reinterpret_cast<std::int32_t*>(
        av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof(std::int32_t)));
    av_display_rotation_set(matrix, -spec.rotation);
  }
  must(avio_open(&format->pb, spec.path.c_str(), AVIO_FLAG_WRITE), "file");
  AVDictionary* options = nullptr;
  if (spec.index_first) av_dict_set(&options, "movflags", "faststart", 0);
  must(avformat_write_header(format, &options), "header");
  av_dict_free(&options);

  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  frame->format = spec.format, frame->width = spec.width, frame->height = spec.height;
  must(av_frame_get_buffer(frame, 0), "frame");
  const std::size_t count = spec.milliseconds.size();
  const std::int64_t last_step =
      count > 1 ? spec.milliseconds[count - 1] - spec.milliseconds[count - 2] : 100;
  const auto drain = [&] {
    while (avcodec_receive_packet(codec, packet) >= 0) {
      av_packet_rescale_ts(packet, codec->time_base, stream->time_base);
      packet->stream_index = stream->index;
      packet->duration = av_rescale_q(last_step, codec->time_base, stream->time_base);
      must(av_interleaved_write_frame(format, packet), "packet");
    }
  };
  for (std::size_t i = 0; i < spec.milliseconds.size(); ++i) {
    must(av_frame_make_writable(frame), "frame");
    for (int y = 0; y < spec.height; ++y)
      for (int x = 0; x < spec.width; ++x) {
        const Pixel p = picture(static_cast<int>(i), x, y);
        if (spec.format == AV_PIX_FMT_BGR0 || spec.format == AV_PIX_FMT_BGRA) {
          std::uint8_t* to = frame->data[0] + y * frame->linesize[0] + 4 * x;
          to[0] = p[2], to[1] = p[1], to[2] = p[0], to[3] = p[3];
        } else {
          const int shift = spec.format == AV_PIX_FMT_YUV444P ? 0 : 1;
          for (int plane = 0; plane < 3; ++plane) {
            const int s = plane ? shift : 0;
            frame->data[plane][(y >> s) * frame->linesize[plane] + (x >> s)] =
                p[static_cast<std::size_t>(plane)];
          }
        }
      }
    frame->pts = spec.milliseconds[i];
    must(avcodec_send_frame(codec, frame), "encoding");
    drain();
  }
  avcodec_send_frame(codec, nullptr);
  drain();
  must(av_write_trailer(format), "trailer");
  av_frame_free(&frame);
  av_packet_free(&packet);
  avcodec_free_context(&codec);
  avio_closep(&format->pb);
  avformat_free_context(format);
  av_log_set_level(loudness);
}

/// A gray picture whose level tells its number: 10, 20, 30 …
inline Pixel numbered(int frame, int, int) {
  const auto level = static_cast<std::uint8_t>(10 * (frame + 1));
  return {level, level, level, 255};
}

}  // namespace clips
