#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace qwen3vl {

/// Many short strings in one block of memory, numbered in the order they came.
class StringPool {
 public:
  void push(std::string_view text) {
    bytes_.append(text);
    ends_.push_back(bytes_.size());
  }
  void reserve(std::size_t strings, std::size_t bytes) {
    ends_.reserve(strings);
    bytes_.reserve(bytes);
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

/// A 64-bit hash of a few bytes, for tables that live and die with the program.
inline std::uint64_t hash_bytes(std::string_view text) {
  const auto load = [&](std::size_t at, std::size_t count) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, count);
    return word;
  };
  std::uint64_t hash = text.size() * 0x9E3779B97F4A7C15u;
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  };
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) mix(load(i, 8));
  if (i == text.size()) return hash;
  // The last one to seven bytes, without a loop: two loads that may overlap.
  const std::size_t rest = text.size() - i;
  if (rest >= 4)
    mix(load(i, 4) | load(text.size() - 4, 4) << 32);
  else
    mix(load(i, 1) | load(i + rest / 2, 1) << 8 | load(text.size() - 1, 1) << 16);
  return hash;
}

/// Finds the number of a string of a pool, which must outlive it.
class StringIndex {
 public:
  explicit StringIndex(const StringPool& pool) : pool_(&pool) {
    std::size_t slots = 16;
    while (slots < 2 * pool.size()) slots *= 2;
    slots_.assign(slots, {});
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const std::uint64_t hash = hash_bytes(pool[i]);
      Slot& slot = slots_[find_slot(pool[i], hash)];
      if (slot.number == 0)
        slot = {static_cast<std::uint32_t>(i + 1), static_cast<std::uint32_t>(hash >> 32)};
      else if (twice_ == none)
        twice_ = i;
    }
  }
  static constexpr std::size_t none = ~std::size_t{0};

  /// The number of the first such string, or none.
  std::size_t find(std::string_view text) const {
    return static_cast<std::size_t>(slots_[find_slot(text, hash_bytes(text))].number) - 1;
  }
  /// The first string that the pool already had, or none.
  std::size_t twice() const { return twice_; }

 private:
  struct Slot {
    std::uint32_t number = 0;  // + 1; 0 is empty
    std::uint32_t hash = 0;    // its upper half, so that few other strings are looked at
  };
  std::size_t find_slot(std::string_view text, std::uint64_t hash) const {
    std::size_t at = hash & (slots_.size() - 1);
    for (; slots_[at].number != 0; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].hash == hash >> 32 && (*pool_)[slots_[at].number - 1] == text) break;
    return at;
  }

  const StringPool* pool_;
  std::vector<Slot> slots_;  // a power of two of them
  std::size_t twice_ = none;
};

}  // namespace qwen3vl
