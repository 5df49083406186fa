#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include <qwen3vl/input/string_pool.hpp>

namespace qwen3vl {

/// The tokens of pieces seen before: text repeats its words. One slot is one cache line, a new piece
/// displaces the one in its slot, and memory never grows. Long pieces are not kept.
class PieceCache {
 public:
  /// Slots for a text of so many bytes, at most 32768 (2 MiB); what is kept stays if they suffice.
  void reserve_for(std::size_t text_bytes) {
    const std::size_t wanted = std::bit_ceil(std::clamp<std::size_t>(text_bytes / 8, 64, 32768));
    if (wanted <= count_) return;
    slots_ = std::make_unique<Slot[]>(wanted);
    count_ = wanted;
  }

  /// The tokens of the piece, or nothing (no piece has zero tokens here).
  std::span<const std::int32_t> find(std::string_view piece) const {
    if (piece.size() > longest_piece) return {};
    const Slot& slot = slots_[hash_bytes(piece) & (count_ - 1)];
    if (slot.length != piece.size() || std::memcmp(slot.piece, piece.data(), piece.size()) != 0) return {};
    return {slot.ids, slot.count};
  }

  void keep(std::string_view piece, std::span<const std::int32_t> ids) {
    if (piece.empty() || piece.size() > longest_piece || ids.size() > most_ids) return;
    Slot& slot = slots_[hash_bytes(piece) & (count_ - 1)];
    slot.length = static_cast<std::uint8_t>(piece.size());
    slot.count = static_cast<std::uint8_t>(ids.size());
    std::memcpy(slot.piece, piece.data(), piece.size());
    std::copy(ids.begin(), ids.end(), slot.ids);
  }

 private:
  static constexpr std::size_t longest_piece = 34, most_ids = 7;
  struct alignas(64) Slot {
    std::int32_t ids[most_ids];
    std::uint8_t length = 0;  // 0: empty
    std::uint8_t count = 0;
    char piece[longest_piece];
  };
  static_assert(sizeof(Slot) == 64);

  std::unique_ptr<Slot[]> slots_;
  std::size_t count_ = 0;
};

}  // namespace qwen3vl
