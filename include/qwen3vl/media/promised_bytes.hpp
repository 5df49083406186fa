#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace qwen3vl {

/// How long a file says it is, for containers that FFmpeg plays to wherever they were cut without a word:
///
///   Matroska, WebM   EBML header, then the Segment with its size      RFC 8794; RFC 9559, 4.5
///   AVI              "RIFF", the size of what follows
///
/// Nothing for other containers, and where a recorder has left the size open.
///
///   head : the first bytes of the file, some hundred are enough
inline std::optional<std::uint64_t> promised_bytes(std::span<const std::uint8_t> head) {
  const auto starts = [&](std::size_t at, std::string_view magic) {
    return head.size() >= at + magic.size() && std::memcmp(head.data() + at, magic.data(), magic.size()) == 0;
  };
  if (starts(0, "RIFF") && starts(8, "AVI ")) {
    const std::uint64_t size = head[4] | head[5] << 8 | head[6] << 16 | std::uint64_t{head[7]} << 24;
    return size + 8;
  }
  // A size in EBML: the zeros before the first one bit count the bytes that follow; all ones: open.
  std::size_t at = 4;
  const auto read_size = [&]() -> std::optional<std::uint64_t> {
    if (at >= head.size() || head[at] == 0) return {};
    std::size_t length = 1;
    while (!(head[at] >> (8 - length) & 1)) ++length;
    if (at + length > head.size()) return {};
    const std::uint64_t open = (std::uint64_t{1} << (7 * length)) - 1;
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < length; ++i) size = size << 8 | head[at + i];
    at += length;
    size &= open;
    if (size == open) return {};
    return size;
  };
  if (!starts(0, "\x1A\x45\xDF\xA3")) return {};
  const std::optional<std::uint64_t> header = read_size();
  if (!header || *header > head.size()) return {};
  at += static_cast<std::size_t>(*header);
  if (!starts(at, "\x18\x53\x80\x67")) return {};
  at += 4;
  const std::optional<std::uint64_t> segment = read_size();
  if (!segment) return {};
  return at + *segment;
}

}  // namespace qwen3vl
