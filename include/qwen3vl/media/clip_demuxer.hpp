#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/clip_source.hpp>
#include <qwen3vl/media/ffmpeg.hpp>
#include <qwen3vl/media/promised_bytes.hpp>

namespace qwen3vl {

/// One video stream of a container, packet by packet.
class ClipDemuxer {
 public:
  ClipDemuxer(const ClipSource& source, const ClipOptions& options)
      : name_(source.name), options_(options), reader_(std::make_unique<ffmpeg::ByteReader>(source)) {
    open();
    choose_stream();
    read_header();
  }

  const ClipHeader& header() const { return header_; }

  /// The next packet of the stream, false at the end.
  bool read(AVPacket& packet) {
    for (;;) {
      av_packet_unref(&packet);
      const int result = av_read_frame(format_.get(), &packet);
      if (result == AVERROR_EOF || (result < 0 && avio_feof(format_->pb) && !format_->pb->error))
        return false;
      if (result < 0) {
        damaged("the file breaks off: " + ffmpeg::reason(result));
        return false;
      }
      if (packet.stream_index != stream_->index) continue;
      expect_time_to_go_on(packet);
      if (packet.flags & AV_PKT_FLAG_CORRUPT && options_.damage == Damage::refuse) refuse_damaged(packet);
      return true;
    }
  }

  /// Seconds of every frame from the first one on, in order of presentation, from the packets alone.
  /// Empty with `frames` packets counted when the container has no time stamps.
  struct Timetable {
    std::int64_t frames = 0;
    std::vector<double> seconds;
  };
  Timetable timetable() {
    const ffmpeg::Packet packet = ffmpeg::made<ffmpeg::Packet>(av_packet_alloc());
    std::vector<std::int64_t> stamps;
    bool stamped = true;
    Timetable table;
    while (read(*packet)) {
      if (packet->flags & AV_PKT_FLAG_DISCARD) continue;
      expect_frames(++table.frames);
      stamped = stamped && packet->pts != AV_NOPTS_VALUE;
      if (stamped) stamps.push_back(packet->pts);
    }
    if (table.frames == 0) throw Error(name_, "the video stream has no frames", "truncated?");
    if (!stamped) return table;
    std::sort(stamps.begin(), stamps.end());
    table.seconds.reserve(stamps.size());
    for (const std::int64_t stamp : stamps) table.seconds.push_back(seconds_between(stamps.front(), stamp));
    if (table.seconds.back() > options_.limits.max_seconds)
      throw Error(name_, "the clip lasts " + std::to_string(table.seconds.back()) + " seconds",
                  "raise ClipLimits::max_seconds, now " + std::to_string(options_.limits.max_seconds));
    return table;
  }

 protected:
  void expect_frames(std::int64_t frames) const {
    if (frames > options_.limits.max_frames)
      throw Error(name_, "the clip has more than " + std::to_string(options_.limits.max_frames) + " frames",
                  "raise ClipLimits::max_frames");
  }

  void damaged(const std::string& what) const {
    if (options_.damage == Damage::refuse) refuse(what);
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(name_, what,
                "Damage::skip, which is the program's --damaged-clips skip, goes on with what is left");
  }

  double seconds_between(std::int64_t first, std::int64_t stamp) const {
    const bool earlier = stamp < first;  // unsigned: stamps of hostile files may be 2⁶³ apart
    const std::uint64_t ticks =
        earlier ? std::uint64_t(first) - std::uint64_t(stamp) : std::uint64_t(stamp) - std::uint64_t(first);
    return (earlier ? -1.0 : 1.0) * static_cast<double>(ticks) * av_q2d(stream_->time_base);
  }

  std::string name_;
  ClipOptions options_;
  ffmpeg::QuietLog quiet_;
  std::unique_ptr<ffmpeg::ByteReader> reader_;
  ffmpeg::Io io_;
  ffmpeg::Format format_;
  AVStream* stream_ = nullptr;
  ClipHeader header_;
  int orientation_ = 1;  // as in EXIF: media/orientation.hpp

 private:
  std::int64_t latest_ = AV_NOPTS_VALUE;  // the largest decoding time so far

  /// Time stamps that start over, as of files that were joined byte by byte, put frames into wrong order. Less than
  /// a second is how far careless writers go back.
  void expect_time_to_go_on(const AVPacket& packet) {
    if (packet.dts == AV_NOPTS_VALUE) return;
    if (latest_ != AV_NOPTS_VALUE && seconds_between(latest_, packet.dts) < -1)
      throw Error(name_,
                  "its time goes back " + std::to_string(seconds_between(packet.dts, latest_)) +
                      " seconds in the middle: clips that were joined byte by byte?",
                  "join them with a tool that rewrites time stamps, or give them one by one");
    latest_ = std::max(latest_, packet.dts);  // AV_NOPTS_VALUE is the least
  }

  /// A damaged packet may be due to files that were joined, a few packets on: their times tell.
  [[noreturn]] void refuse_damaged(AVPacket& packet) {
    for (av_packet_unref(&packet); av_read_frame(format_.get(), &packet) >= 0; av_packet_unref(&packet))
      if (packet.stream_index == stream_->index) expect_time_to_go_on(packet);
    refuse("the file breaks off inside a frame, or lacks a part of one");
  }

  void open() {
    if (const auto promised = promised_bytes(reader_->head());
        promised && *promised > std::uint64_t(reader_->size))
      damaged("the file breaks off after " + std::to_string(reader_->size) + " of " +
              std::to_string(*promised) + " bytes");
    constexpr int buffer = 1 << 16;
    io_ = ffmpeg::made<ffmpeg::Io>(avio_alloc_context(static_cast<unsigned char*>(av_malloc(buffer)), buffer,
                                                      0, reader_.get(), ffmpeg::ByteReader::read, nullptr,
                                                      ffmpeg::ByteReader::seek));
    decltype(AVFormatContext::iformat) container = nullptr;
    if (av_probe_input_buffer2(io_.get(), &container, nullptr, nullptr, 0, 0) < 0)
      throw Error(name_, "is not a video file that FFmpeg knows", "mp4, mkv, webm, mov, avi, gif …?");
    if (!ffmpeg::is_container(container->name))
      throw Error(name_,
                  std::string("is ") + container->long_name + " (" + container->name + "), not a video file",
                  "playlists, image files and network streams are not opened");

    AVFormatContext* format = ffmpeg::made<ffmpeg::Format>(avformat_alloc_context()).release();
    format->pb = io_.get();
    format->io_open = [](AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) {
      return AVERROR(EACCES);  // a clip may not open another file
    };
    AVDictionary* settings = nullptr;
    av_dict_set(&settings, "protocol_whitelist", "none", 0);
    const int opened =
        avformat_open_input(&format, nullptr, container, &settings);  // frees format when it fails
    av_dict_free(&settings);
    if (opened < 0)
      throw Error(name_,
                  "cannot be opened as " + std::string(container->name) + ": " + ffmpeg::reason(opened),
                  "truncated or damaged?");
    format_.reset(format);

    for (unsigned s = 0; s < format->nb_streams; ++s) expect_pixels(*format->streams[s]->codecpar);
    std::vector<AVDictionary*> each(format->nb_streams, nullptr);
    for (AVDictionary*& one : each) av_dict_set_int(&one, "max_pixels", options_.limits.max_pixels, 0);
    const int found = avformat_find_stream_info(format, each.data());
    for (AVDictionary*& one : each) av_dict_free(&one);
    if (found < 0) throw Error(name_, "its streams cannot be read: " + ffmpeg::reason(found), "truncated?");
  }

  /// FFmpeg's own check also refuses what alignment would blow up: one pixel wide, millions high.
  void expect_pixels(const AVCodecParameters& coded) const {
    if (coded.width < 1 || coded.height < 1) return;  // not known, or not a picture
    const std::uint32_t width = static_cast<std::uint32_t>(coded.width);
    const std::uint32_t height = static_cast<std::uint32_t>(coded.height);
    if (av_image_check_size2(width, height, options_.limits.max_pixels, AV_PIX_FMT_NONE, 0, nullptr) < 0)
      throw Error(name_,
                  "its frames have " + std::to_string(width) + "x" + std::to_string(height) + " pixels",
                  "raise ClipLimits::max_pixels, now " + std::to_string(options_.limits.max_pixels));
  }

  void choose_stream() {
    const int best = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
    if (best >= 0 && !(format_->streams[best]->disposition & AV_DISPOSITION_ATTACHED_PIC)) {
      stream_ = format_->streams[best];
      for (unsigned s = 0; s < format_->nb_streams; ++s)
        format_->streams[s]->discard = int(s) == best ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
      return;
    }
    std::string inside;
    for (unsigned s = 0; s < format_->nb_streams; ++s) {
      const AVCodecParameters& stream = *format_->streams[s]->codecpar;
      const char* kind = best == int(s) ? "cover picture" : av_get_media_type_string(stream.codec_type);
      inside += std::string(s ? ", " : "") + (kind ? kind : "data") + " (" +
                avcodec_get_name(stream.codec_id) + ")";
    }
    throw Error(name_, "has no video stream",
                inside.empty() ? "it has no streams at all" : "it has " + inside);
  }

  void read_header() {
    const AVCodecParameters& coded = *stream_->codecpar;
    header_.container = format_->iformat->name;
    header_.codec = avcodec_get_name(coded.codec_id);
    const char* pixels = av_get_pix_fmt_name(static_cast<AVPixelFormat>(coded.format));
    header_.pixel_format = pixels ? pixels : "unknown";
    if (coded.width < 1 || coded.height < 1)
      throw Error(name_, "the size of its frames cannot be found", "truncated or damaged?");
    expect_pixels(coded);
    if (options_.rotation == Rotation::upright) read_rotation();
    header_.width = orientation_ < 5 ? coded.width : coded.height;
    header_.height = orientation_ < 5 ? coded.height : coded.width;
    if (stream_->avg_frame_rate.num > 0 && stream_->avg_frame_rate.den > 0)
      header_.frames_per_second = av_q2d(stream_->avg_frame_rate);
    header_.frames = std::max<std::int64_t>(stream_->nb_frames, 0);
  }

  /// The display matrix (x, y) → (a·x + c·y, b·x + d·y), rounded to quarter turns and mirrors.
  void read_rotation() {
    const std::uint8_t* side_data = nullptr;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVCodecParameters& coded = *stream_->codecpar;
    const AVPacketSideData* found =
        av_packet_side_data_get(coded.coded_side_data, coded.nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    if (found && found->size >= 9 * sizeof(std::int32_t)) side_data = found->data;
#else
    std::size_t size = 0;
    side_data = av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, &size);
    if (size < 9 * sizeof(std::int32_t)) side_data = nullptr;
#endif
    if (!side_data) return;
    std::int32_t matrix[9];
    std::memcpy(matrix, side_data, sizeof matrix);
    const double a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
    const bool transposed = std::fabs(b) + std::fabs(c) > std::fabs(a) + std::fabs(d);
    const bool flip_x = (transposed ? c : a) < 0, flip_y = (transposed ? b : d) < 0;
    constexpr int lying[2][2] = {{5, 8}, {6, 7}}, standing[2][2] = {{1, 4}, {2, 3}};
    orientation_ = (transposed ? lying : standing)[flip_x][flip_y];
  }
};

}  // namespace qwen3vl
