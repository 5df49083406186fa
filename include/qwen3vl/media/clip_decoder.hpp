#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/alpha.hpp>
#include <qwen3vl/media/clip_demuxer.hpp>
#include <qwen3vl/media/ffmpeg.hpp>
#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/orientation.hpp>

namespace qwen3vl {

/// Frames of the stream, one at a time. The current frame stays as the decoder made it until picture()
/// is asked for.
class ClipDecoder : public ClipDemuxer {
 public:
  ClipDecoder(const ClipSource& source, const ClipOptions& options) : ClipDemuxer(source, options) {
    const AVCodecParameters& coded = *stream_->codecpar;
    const AVCodec* decoder = avcodec_find_decoder(coded.codec_id);
    if (!decoder) throw Error(name_, "this FFmpeg has no decoder for " + header_.codec);
    codec_ = ffmpeg::made<ffmpeg::Codec>(avcodec_alloc_context3(decoder));
    codec_->log_level_offset = 1 << 16;
    int result = avcodec_parameters_to_context(codec_.get(), &coded);
    codec_->pkt_timebase = stream_->time_base;
    codec_->max_pixels = options.limits.max_pixels;
    codec_->thread_count = affordable_threads(coded);
    if (result >= 0) result = avcodec_open2(codec_.get(), decoder, nullptr);
    if (result < 0)
      throw Error(name_, "the decoder of " + header_.codec + " does not start: " + ffmpeg::reason(result));
    packet_ = ffmpeg::made<ffmpeg::Packet>(av_packet_alloc());
    frame_ = ffmpeg::made<ffmpeg::Frame>(av_frame_alloc());
  }

  /// Decodes the next frame, false at the end.
  bool next() {
    constexpr int patience = 256;  // failures in a row after the last packet: the decoder is stuck
    for (int failures = 0; failures < patience;) {
      const int received = avcodec_receive_frame(codec_.get(), frame_.get());
      if (received == AVERROR_EOF) return false;
      if (received == 0) return accept();
      if (received != AVERROR(EAGAIN)) {
        damaged("frame " + std::to_string(decoded_) + " cannot be decoded: " + ffmpeg::reason(received));
        failures += at_end_;
      }
      if (at_end_) {
        failures += received == AVERROR(EAGAIN);
        continue;
      }
      at_end_ = !read(*packet_);
      const int sent = avcodec_send_packet(codec_.get(), at_end_ ? nullptr : packet_.get());
      if (sent < 0 && sent != AVERROR_EOF)
        damaged("frame " + std::to_string(decoded_) + " cannot be decoded: " + ffmpeg::reason(sent));
    }
    return false;
  }

  /// Seconds from the first frame to the current one; nothing when it has no time stamp.
  std::optional<double> seconds() const {
    if (frame_->best_effort_timestamp == AV_NOPTS_VALUE || first_stamp_ == AV_NOPTS_VALUE) return {};
    return seconds_between(first_stamp_, frame_->best_effort_timestamp);
  }

  /// The current frame as RGB of the header's size. YUV is converted by the matrix the frame names
  /// (BT.601 when it names none) and by its range; frames of another size are scaled.
  void picture(Image& image) {
    const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame_->format));
    if (!format) throw Error(name_, "frame " + std::to_string(decoded_ - 1) + " has an unknown pixel format");
    const bool blend = options_.alpha == Alpha::onto_white && (format->flags & AV_PIX_FMT_FLAG_ALPHA);
    const int bytes = blend ? 4 : 3;
    const int width = stream_->codecpar->width, height = stream_->codecpar->height;
    const std::int64_t stride =
        (std::int64_t{width} * bytes + 127) / 64 * 64;  // swscale writes whole vectors
    scratch_.resize(static_cast<std::size_t>(stride * height + 64));
    convert(width, height, blend ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24, static_cast<int>(stride));

    if (blend) blend_on_white(width, height, stride);
    if (image.width != header_.width || image.height != header_.height)
      image = Image(header_.width, header_.height);
    View<const std::uint8_t, 3> stored(scratch_.data(), {height, width, 3});
    stored.stride[0] = stride, stored.stride[1] = bytes;
    const View<const std::uint8_t, 3> from = upright(stored, orientation_);
    const View<std::uint8_t, 3> to = image.view();
    for (std::int64_t y = 0; y < to.shape[0]; ++y)
      if (from.stride[1] == 3)
        std::memcpy(&to(y, 0, 0), &from(y, 0, 0), static_cast<std::size_t>(to.shape[1] * 3));
      else
        for (std::int64_t x = 0; x < to.shape[1]; ++x)
          for (int c = 0; c < 3; ++c) to(y, x, c) = from(y, x, c);
  }

 private:
  void blend_on_white(int width, int height, std::int64_t stride) {
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        std::uint8_t* rgba = scratch_.data() + y * stride + std::int64_t{x} * 4;
        for (int c = 0; c < 3; ++c) rgba[c] = onto_white(rgba[c], rgba[3]);
      }
  }

  /// As many decoder threads as asked for, if their frames fit: one each, 16 for reference and a few.
  int affordable_threads(const AVCodecParameters& coded) const {
    const AVPixelFormat format = static_cast<AVPixelFormat>(coded.format);
    const std::int64_t bytes =
        std::max<std::int64_t>(av_image_get_buffer_size(format, coded.width, coded.height, 64),
                               std::int64_t{coded.width} * coded.height);
    const std::int64_t frames = options_.limits.max_memory / bytes - 19;
    if (frames < 1)
      throw Error(
          name_, "decoding needs " + std::to_string(20 * bytes >> 20) + " MiB of frames",
          "raise ClipLimits::max_memory, now " + std::to_string(options_.limits.max_memory >> 20) + " MiB");
    return static_cast<int>(
        std::clamp<std::int64_t>(options_.threads, 1, std::min<std::int64_t>(frames, 64)));
  }

  bool accept() {
    if (frame_->decode_error_flags) damaged("frame " + std::to_string(decoded_) + " is damaged");
    if (decoded_ == 0) first_stamp_ = frame_->best_effort_timestamp;
    expect_frames(++decoded_);
    return true;
  }

  void convert(int width, int height, AVPixelFormat to, int stride) {
    scaler_.reset(sws_getCachedContext(scaler_.release(), frame_->width, frame_->height,
                                       static_cast<AVPixelFormat>(frame_->format), width, height, to,
                                       SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler_)
      throw Error(name_, "frames of format " + header_.pixel_format + " cannot be converted to RGB");
    int *from_matrix, *to_matrix, from_full, to_full, brightness, contrast, saturation;
    if (sws_getColorspaceDetails(scaler_.get(), &from_matrix, &from_full, &to_matrix, &to_full, &brightness,
                                 &contrast, &saturation) >= 0)
      sws_setColorspaceDetails(scaler_.get(), sws_getCoefficients(frame_->colorspace),
                               from_full || frame_->color_range == AVCOL_RANGE_JPEG, to_matrix, to_full,
                               brightness, contrast, saturation);
    std::uint8_t* const planes[4] = {scratch_.data()};
    const int strides[4] = {stride};
    if (sws_scale(scaler_.get(), frame_->data, frame_->linesize, 0, frame_->height, planes, strides) < height)
      throw Error(name_, "frame " + std::to_string(decoded_ - 1) + " cannot be converted to RGB");
  }

  ffmpeg::Codec codec_;
  ffmpeg::Packet packet_;
  ffmpeg::Frame frame_;
  ffmpeg::Scaler scaler_;
  std::vector<std::uint8_t> scratch_;
  std::int64_t decoded_ = 0, first_stamp_ = AV_NOPTS_VALUE;
  bool at_end_ = false;
};

}  // namespace qwen3vl
