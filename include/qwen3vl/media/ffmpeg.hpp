#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/clip_source.hpp>

/// FFmpeg: the only header that includes it. It owns FFmpeg's objects, feeds it bytes and keeps it
/// quiet; clip_demuxer.hpp and clip_decoder.hpp say what is done with it, and video.hpp is the door
/// that users take.
///
/// FFmpeg reads through us alone, from a regular file or from memory. It opens nothing by itself:
/// playlists, image sequences and network streams are not among the containers, and a container that
/// points to another file does not get it. FFmpeg's log level is the one piece of its global state that
/// we touch: it is "quiet" while a clip is open and what it was before when the last one is closed.
namespace qwen3vl {

namespace ffmpeg {

/// FFmpeg says nothing while one of these lives.
class QuietLog {
 public:
  QuietLog() {
    const std::lock_guard lock(mutex_);
    if (alive_++ == 0) level_ = av_log_get_level(), av_log_set_level(AV_LOG_QUIET);
  }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;
  ~QuietLog() {
    const std::lock_guard lock(mutex_);
    if (--alive_ == 0) av_log_set_level(level_);
  }

 private:
  inline static std::mutex mutex_;
  inline static int alive_ = 0, level_ = 0;
};

template <auto release> struct Release {
  void operator()(auto* object) const { release(&object); }
};
inline void free_io(AVIOContext** io) {
  av_freep(&(*io)->buffer);
  avio_context_free(io);
}
inline void free_scaler(SwsContext** scaler) { sws_freeContext(*scaler); }

using Io = std::unique_ptr<AVIOContext, Release<free_io>>;
using Format = std::unique_ptr<AVFormatContext, Release<avformat_close_input>>;
using Codec = std::unique_ptr<AVCodecContext, Release<avcodec_free_context>>;
using Packet = std::unique_ptr<AVPacket, Release<av_packet_free>>;
using Frame = std::unique_ptr<AVFrame, Release<av_frame_free>>;
using Scaler = std::unique_ptr<SwsContext, Release<free_scaler>>;

template <class Handle> Handle made(typename Handle::pointer object) {
  if (!object) throw Error("ffmpeg", "out of memory");
  return Handle(object);
}

inline std::string reason(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  return av_strerror(code, text, sizeof text) == 0 ? text : "error " + std::to_string(code);
}

/// The containers a clip may be in: those that hold their frames themselves.
inline constexpr std::string_view containers[] = {
    "mov", "mp4", "matroska", "webm", "avi",  "mpegts", "mpeg", "mpegvideo",    "flv", "asf", "ogg",
    "gif", "ivf", "nut",      "mxf",  "h264", "hevc",   "m4v",  "yuv4mpegpipe", "obu", "av1", "dv"};

/// FFmpeg's names are lists: "mov,mp4,m4a,3gp,3g2,mj2".
inline bool is_container(std::string_view names) {
  for (std::size_t begin = 0; begin <= names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string_view name = names.substr(begin, end - begin);
    if (std::find(std::begin(containers), std::end(containers), name) != std::end(containers)) return true;
    begin = end + 1;
  }
  return false;
}

/// The bytes of a clip as FFmpeg asks for them.
struct ByteReader {
  std::span<const std::uint8_t> bytes;
  std::ifstream file;
  std::int64_t size = 0, at = 0;

  explicit ByteReader(const ClipSource& source)
      : bytes(source.bytes), size(std::int64_t(source.bytes.size())) {
    if (!source.path.empty()) {
      std::error_code failed;
      if (!std::filesystem::is_regular_file(source.path, failed))
        throw Error(source.name,
                    std::filesystem::exists(source.path, failed) ? "is not a regular file" : "no such file");
      file.open(source.path, std::ios::binary);
      size = static_cast<std::int64_t>(std::filesystem::file_size(source.path, failed));
      if (!file || failed) throw Error(source.name, "cannot be read", "is it yours to read?");
    }
    if (size == 0) throw Error(source.name, "is empty");
  }

  std::vector<std::uint8_t> head() {
    std::vector<std::uint8_t> first(static_cast<std::size_t>(std::min<std::int64_t>(size, 4096)));
    at = 0;
    const int count = read(this, first.data(), static_cast<int>(first.size()));
    at = 0;
    first.resize(static_cast<std::size_t>(std::max(count, 0)));
    return first;
  }

  static int read(void* self, std::uint8_t* to, int count) {
    ByteReader& reader = *static_cast<ByteReader*>(self);
    const std::int64_t n = std::min<std::int64_t>(count, reader.size - reader.at);
    if (n <= 0) return AVERROR_EOF;
    if (reader.file.is_open()) {
      reader.file.clear();
      if (!reader.file.seekg(reader.at) || !reader.file.read(reinterpret_cast<char*>(to), n))
        return AVERROR(EIO);
    } else {
      std::memcpy(to, reader.bytes.data() + reader.at, static_cast<std::size_t>(n));
    }
    reader.at += n;
    return static_cast<int>(n);
  }

  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    ByteReader& reader = *static_cast<ByteReader*>(self);
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE) return reader.size;
    const std::int64_t base = whence == SEEK_CUR ? reader.at : whence == SEEK_END ? reader.size : 0;
    if (offset < -base || offset > reader.size - base) return AVERROR(EINVAL);
    return reader.at = base + offset;
  }
};

}  // namespace ffmpeg

}  // namespace qwen3vl
