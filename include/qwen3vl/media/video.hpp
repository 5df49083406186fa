#pragma once

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/media/clip_decoder.hpp>
#include <qwen3vl/media/clip_demuxer.hpp>
#include <qwen3vl/media/clip_source.hpp>
#include <qwen3vl/media/frame_sampling.hpp>
#include <qwen3vl/media/image.hpp>
#include <qwen3vl/media/video_clock.hpp>

/// A clip as frames in time:
///
///   Video video("clip.mp4");
///   for (const VideoFrame& frame : video)
///     if (frame.seconds() > 3) save(frame.picture());
///
/// One frame is in memory at a time, as the decoder made it; RGB is computed for those whose picture()
/// is asked for. Opening a clip reads its packets once, without decoding, to count the frames and to
/// learn when each is shown.
namespace qwen3vl {

struct VideoInfo : ClipHeader {
  std::int64_t counted_frames = 0;  // in the packets: right where a header is not
  std::vector<double> stamps;       // seconds of every frame from the first, rising; empty: the file has none
  double seconds = 0;               // how long it lasts

  ClipLength length() const { return {counted_frames, frames_per_second}; }
};

class Video;

/// The frame that a Video stands at. Valid until the video goes on.
class VideoFrame {
 public:
  std::int64_t index() const { return index_; }
  double seconds() const { return seconds_; }  // from the first frame, by the file's time stamps
  void picture(Image& image) const { decoder_->picture(image); }
  Image picture() const {
    Image image;
    picture(image);
    return image;
  }

 private:
  friend class Video;
  ClipDecoder* decoder_ = nullptr;
  std::int64_t index_ = -1;
  double seconds_ = 0;
};

class Video {
 public:
  explicit Video(ClipSource source, const ClipOptions& options = {})
      : source_(std::move(source)), options_(options) {
    ClipDemuxer demuxer(source_, options_);
    static_cast<ClipHeader&>(info_) = demuxer.header();
    ClipDemuxer::Timetable table = demuxer.timetable();
    info_.counted_frames = table.frames;
    info_.stamps = std::move(table.seconds);
    measure();
  }
  explicit Video(const std::filesystem::path& path, const ClipOptions& options = {})
      : Video(ClipSource::file(path), options) {}

  const VideoInfo& info() const { return info_; }
  const ClipSource& source() const { return source_; }
  const std::string& name() const { return source_.name; }

  /// Decodes the next frame, false at the end. The first call starts the decoder.
  bool next() {
    if (!decoder_) {
      decoder_ = std::make_unique<ClipDecoder>(source_, options_);
      frame_.decoder_ = decoder_.get();
    }
    if (!decoder_->next()) return false;
    ++frame_.index_;
    frame_.seconds_ = decoder_->seconds().value_or(static_cast<double>(frame_.index_) /
                                                   rate_or_24(info_.frames_per_second));
    return true;
  }
  const VideoFrame& frame() const { return frame_; }

  /// Back to before the first frame.
  void rewind() {
    decoder_.reset();
    frame_ = {};
  }

  /// Counts the frames and reads their stamps by decoding them all: slow, and right even where packets
  /// are not frames. Rewinds.
  void count_by_decoding() {
    rewind();
    info_.counted_frames = 0;
    info_.stamps.clear();
    bool stamped = true;
    while (next()) {
      ++info_.counted_frames;
      const std::optional<double> at = decoder_->seconds();
      stamped = stamped && at && (info_.stamps.empty() || *at >= info_.stamps.back());
      if (stamped) info_.stamps.push_back(*at);
    }
    if (!stamped) info_.stamps.clear();
    rewind();
    if (info_.counted_frames == 0) throw Error(source_.name, "no frame can be decoded", "damaged?");
    measure();
  }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = VideoFrame;

    Iterator() = default;
    const VideoFrame& operator*() const { return video_->frame(); }
    const VideoFrame* operator->() const { return &video_->frame(); }
    Iterator& operator++() {
      if (!video_->next()) video_ = nullptr;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return video_ == nullptr; }

   private:
    friend class Video;
    explicit Iterator(Video& video) : video_(&video) { ++*this; }
    Video* video_ = nullptr;
  };
  /// All frames from the first one on.
  Iterator begin() {
    rewind();
    return Iterator(*this);
  }
  static std::default_sentinel_t end() { return {}; }

 private:
  void measure() {
    const double frames = static_cast<double>(info_.counted_frames);
    if (info_.frames_per_second == 0 && info_.stamps.size() > 1 && info_.stamps.back() > 0)
      info_.frames_per_second = (frames - 1) / info_.stamps.back();
    info_.seconds = frames / rate_or_24(info_.frames_per_second);
    if (has_variable_rate(info_.stamps, info_.frames_per_second) && frames > 1)
      info_.seconds = info_.stamps.back() * frames / (frames - 1);  // the last frame stays as long as others
  }

  ClipSource source_;
  ClipOptions options_;
  VideoInfo info_;
  std::unique_ptr<ClipDecoder> decoder_;
  VideoFrame frame_;
};
static_assert(std::input_iterator<Video::Iterator>);

}  // namespace qwen3vl
