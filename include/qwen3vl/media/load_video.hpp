#pragma once

#include <string>
#include <utility>

#include <qwen3vl/media/clip_source.hpp>
#include <qwen3vl/media/source.hpp>
#include <qwen3vl/media/video.hpp>

namespace qwen3vl {

/// The clip behind an address: a path or a file:// address is read from the disk as it is needed; data:,
/// http:// and https:// are taken into memory, compressed, within `limits`.
inline ClipSource clip_source(const std::string& address, const SourceLimits& limits = {}) {
  if (const auto path = local_path(address)) {
    ClipSource source = ClipSource::file(*path);
    source.name = shown_address(address);
    return source;
  }
  return ClipSource::memory(read_source(address, limits), shown_address(address));
}

inline Video load_video(const std::string& address, const ClipOptions& options = {},
                        const SourceLimits& limits = {}) {
  return Video(clip_source(address, limits), options);
}

}  // namespace qwen3vl
