#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/ops/mask/mask.hpp>

/// Article variant: NaViT (Dehghani et al. 2023, "Patch n' Pack", §2): images of any size share buffers of
/// a fixed length, and in training lose some of their patches. An image is a segment of its buffer, so attention
/// is block-diagonal; what is left of a buffer belongs to no segment and is nobody's business. The released
/// models do without padding: their segments lie one after another.
namespace qwen3vl {

/// An image's place: its tokens are rows begin … begin + length − 1 of buffer `buffer`.
struct Packed {
  int buffer;
  std::int64_t begin, length;
  friend bool operator==(const Packed&, const Packed&) = default;
};

/// First fit: each image, in order, goes into the first buffer that has room, else into a new one.
inline std::vector<Packed> pack_first_fit(std::span<const std::int64_t> lengths, std::int64_t capacity) {
  std::vector<Packed> places;
  std::vector<std::int64_t> used;  // of each buffer
  for (const std::int64_t length : lengths) {
    if (length < 1 || length > capacity)
      throw Error("pack_first_fit", "an image of " + std::to_string(length) + " tokens",
                  "1 to " + std::to_string(capacity) + ", a buffer's length");
    const auto room =
        std::find_if(used.begin(), used.end(), [&](std::int64_t u) { return u + length <= capacity; });
    const auto buffer = static_cast<std::size_t>(room - used.begin());
    if (room == used.end()) used.push_back(0);
    places.push_back({static_cast<int>(buffer), used[buffer], length});
    used[buffer] += length;
  }
  return places;
}

/// The images as segments of attention, buffers one after another.
inline std::vector<Segment> packed_segments(std::span<const Packed> places, std::int64_t capacity) {
  std::vector<Segment> segments;
  for (const Packed& place : places) {
    const int begin = static_cast<int>(place.buffer * capacity + place.begin),
              length = static_cast<int>(place.length);
    segments.push_back({begin, length, begin, length, 0});
  }
  return segments;
}

/// Which tokens of an image stay when a share of `rate` is dropped: max(1, round((1 − rate)·n / together)) runs
/// of `together` tokens, drawn without preference, in their order and with the positions they had. A tower
/// that merges needs whole blocks: together = merge².
template <std::uniform_random_bit_generator Random>
std::vector<int> kept_tokens(std::int64_t n, double rate, Random& random, int together = 1) {
  if (n < 1 || together < 1 || n % together != 0 || !(rate >= 0 && rate < 1))
    throw Error("kept_tokens",
                std::to_string(n) + " tokens in runs of " + std::to_string(together) + " at a rate of " +
                    std::to_string(rate),
                "whole runs, and a rate from 0 to below 1");
  const std::int64_t runs = n / together;
  const auto keep = std::max<std::int64_t>(1, std::llround((1 - rate) * static_cast<double>(runs)));
  std::vector<int> all(static_cast<std::size_t>(runs)), chosen, tokens;
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i);
  std::sample(all.begin(), all.end(), std::back_inserter(chosen), keep, random);  // keeps the order
  for (const int run : chosen)
    for (int i = 0; i < together; ++i) tokens.push_back(run * together + i);
  return tokens;
}

}  // namespace qwen3vl
