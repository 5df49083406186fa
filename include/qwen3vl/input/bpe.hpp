#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

/// Byte-pair encoding (Sennrich et al. 2016, algorithm 1), applied:
///
///   begin with one token a byte; while any two neighbours (a, b) have a merge, replace the pair of
///   lowest rank, the leftmost of them, by the merged token
namespace qwen3vl {

/// The merges as a table (left, right) → rank and merged token.
class Merges {
 public:
  struct Merge {
    std::uint32_t rank = none;  // its line in the list of merges; the lowest is applied first
    std::int32_t id = 0;        // of the merged token
  };
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  explicit Merges(std::size_t count = 0) : slots_(std::bit_ceil(2 * count + 2)) {
    shift_ = 64 - std::bit_width(slots_.size() - 1);
  }

  /// At most `count` different pairs. A pair that comes again takes its new rank, as the reference does.
  void add(std::int32_t left, std::int32_t right, Merge merge) {
    Slot& slot = slots_[find_slot(key(left, right))];
    slot = {key(left, right), merge};
  }
  /// Rank `none` where the pair has no merge.
  Merge find(std::int32_t left, std::int32_t right) const {
    return slots_[find_slot(key(left, right))].merge;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    Merge merge;  // rank none: empty
  };
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
  }
  std::size_t find_slot(std::uint64_t key) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = (key * 0x9E3779B97F4A7C15u ^ key >> 31) * 0xD6E8FEB86659FD93u >> shift_;
    while (slots_[slot].merge.rank != none && slots_[slot].key != key) slot = (slot + 1) & mask;
    return slot;
  }

  std::vector<Slot> slots_;
  int shift_;
};

/// Applies the merges to a piece. Holds scratch only: one per thread.
class Bpe {
 public:
  /// Merges `ids` (one a byte) in place.
  void merge(const Merges& merges, std::vector<std::int32_t>& ids) {
    ids.size() <= short_piece ? merge_short(merges, ids) : merge_long(merges, ids);
  }

 private:
  // A word has few symbols: looking through all pairs for the lowest rank costs less than a heap.
  static constexpr std::size_t short_piece = 32;

  static void merge_short(const Merges& merges, std::vector<std::int32_t>& ids) {
    Merges::Merge pair[short_piece];  // pair[i]: the merge of ids[i] and ids[i + 1]
    std::size_t count = ids.size();
    for (std::size_t i = 0; i + 1 < count; ++i) pair[i] = merges.find(ids[i], ids[i + 1]);
    while (count > 1) {
      std::size_t best = 0;
      for (std::size_t i = 1; i + 1 < count; ++i)
        if (pair[i].rank < pair[best].rank) best = i;
      if (pair[best].rank == Merges::none) break;
      ids[best] = pair[best].id;
      std::copy(ids.begin() + static_cast<std::ptrdiff_t>(best + 2),
                ids.begin() + static_cast<std::ptrdiff_t>(count),
                ids.begin() + static_cast<std::ptrdiff_t>(best + 1));
      std::copy(pair + best + 1, pair + count - 1, pair + best);
      --count;
      if (best > 0) pair[best - 1] = merges.find(ids[best - 1], ids[best]);
      if (best + 1 < count) pair[best] = merges.find(ids[best], ids[best + 1]);
    }
    ids.resize(count);
  }

  /// A list linked both ways and a heap of (rank, place): n log n, where the scan above would take n².
  /// A heap entry is out of date when its pair has another rank by now: then it is dropped.
  void merge_long(const Merges& merges, std::vector<std::int32_t>& ids) {
    const auto count = static_cast<std::int32_t>(ids.size());
    previous_.resize(ids.size());
    next_.resize(ids.size());
    ranks_.assign(ids.size(), Merges::none);
    heap_.clear();
    const auto at = [](auto& list, std::int32_t i) -> auto& { return list[static_cast<std::size_t>(i)]; };
    const auto look = [&](std::int32_t i) {  // the pair that begins at i, anew
      at(ranks_, i) =
          at(next_, i) < count ? merges.find(at(ids, i), at(ids, at(next_, i))).rank : Merges::none;
      return at(ranks_, i) != Merges::none;
    };
    const auto entry = [&](std::int32_t i) {
      return std::uint64_t{at(ranks_, i)} << 32 | static_cast<std::uint32_t>(i);
    };
    for (std::int32_t i = 0; i < count; ++i) at(previous_, i) = i - 1, at(next_, i) = i + 1;
    for (std::int32_t i = 0; i < count; ++i)
      if (look(i)) heap_.push_back(entry(i));
    std::make_heap(heap_.begin(), heap_.end(), std::greater<>());

    const auto push = [&](std::int32_t i) {
      if (!look(i)) return;
      heap_.push_back(entry(i));
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    };
    while (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
      const std::uint64_t top = heap_.back();
      heap_.pop_back();
      const auto left = static_cast<std::int32_t>(top & 0xFFFFFFFFu);
      if (at(ranks_, left) != top >> 32) continue;
      const std::int32_t right = at(next_, left);
      at(ids, left) = merges.find(at(ids, left), at(ids, right)).id;
      at(ranks_, right) = Merges::none;  // gone
      at(ids, right) = gone;
      at(next_, left) = at(next_, right);
      if (at(next_, left) < count) at(previous_, at(next_, left)) = left;
      push(left);
      if (at(previous_, left) >= 0) push(at(previous_, left));
    }
    std::erase(ids, gone);
  }

  static constexpr std::int32_t gone = -1;
  std::vector<std::int32_t> previous_, next_;
  std::vector<std::uint32_t> ranks_;
  std::vector<std::uint64_t> heap_;
};

}  // namespace qwen3vl
