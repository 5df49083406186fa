#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/media/alpha.hpp>

/// A clip as it is handed in, and what it may cost.
namespace qwen3vl {

/// Where the bytes of a clip are: in a regular file, or in memory.
struct ClipSource {
  std::string name;            // for messages
  std::filesystem::path path;  // empty: `bytes` it is
  std::span<const std::uint8_t> bytes;
  std::shared_ptr<const std::vector<std::uint8_t>> owned;  // keeps `bytes` alive, or nothing

  static ClipSource file(const std::filesystem::path& path) { return {path.string(), path, {}, {}}; }
  /// Borrowed: the bytes must outlive every reader.
  static ClipSource memory(std::span<const std::uint8_t> bytes, std::string name = "video") {
    return {std::move(name), {}, bytes, {}};
  }
  static ClipSource memory(std::vector<std::uint8_t>&& bytes, std::string name = "video") {
    auto owned = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
    return {std::move(name), {}, *owned, owned};
  }
};

/// What one clip may cost before it is refused.
struct ClipLimits {
  std::int64_t max_pixels = 8192 * 8192;            // of a frame; FFmpeg itself stops near 16384²
  std::int64_t max_frames = 3'000'000;              // of the clip: more than a day at 30 a second
  double max_seconds = 48 * 3600;                   // of the clip
  std::int64_t max_memory = std::int64_t{3} << 30;  // bytes of frames that the decoder may hold
};

/// Cameras held upright write their frames lying, with a note how to turn them.
enum class Rotation { upright, stored };
/// A clip that breaks off or does not decode: refuse it, or use the frames that do.
enum class Damage { refuse, skip };

struct ClipOptions {
  Rotation rotation = Rotation::upright;
  Alpha alpha = Alpha::onto_white;  // GIF, ProRes 4444 …
  Damage damage = Damage::refuse;
  int threads = 1;  // of the decoder; each holds a frame more
  ClipLimits limits = {};
};

/// What the container says, before anything is decoded.
struct ClipHeader {
  std::string container, codec, pixel_format;
  int width = 0, height = 0;     // as shown: after turning
  double frames_per_second = 0;  // average; 0: not said
  std::int64_t frames = 0;       // 0: not said. Headers err: count instead
};

}  // namespace qwen3vl
