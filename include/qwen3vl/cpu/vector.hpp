#pragma once

#include <cstdint>
#include <cstring>

#include <qwen3vl/core/dtype.hpp>

/// Sixteen floats at a time, through the vector extension that g++ and clang share: the compiler
/// turns them into one AVX-512, two AVX or four SSE or NEON registers. Loops over a row use them
/// where the compiler may not reorder a sum by itself.
namespace qwen3vl {

inline constexpr int lanes = 16;
typedef float Lanes __attribute__((vector_size(lanes * sizeof(float))));

/// Vectors travel by reference: by value their passing would depend on the target's flags.
inline void load(const float* from, Lanes& to) { std::memcpy(&to, from, sizeof to); }
inline void load(const bf16* from, Lanes& to) {
  typedef std::uint16_t Half __attribute__((vector_size(lanes * sizeof(std::uint16_t))));
  typedef std::uint32_t Word __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
  Half half;
  std::memcpy(&half, from, sizeof half);
  const Word word = __builtin_convertvector(half, Word) << 16;
  std::memcpy(&to, &word, sizeof to);
}
inline void load(const f16* from, Lanes& to) {
  float wide[lanes];
  for (int l = 0; l < lanes; ++l) wide[l] = float(from[l]);
  std::memcpy(&to, wide, sizeof to);
}

/// Thirty-two at a time into two vectors. Which number goes where is the type's own affair, and the same
/// for every load: sums of products do not mind. Of bf16 the even ones come first: the two in a word
/// are a shift and a mask apart.
template <Element T> inline void load_two(const T* from, Lanes& first, Lanes& second) {
  load(from, first);
  load(from + lanes, second);
}
inline void load_two(const bf16* from, Lanes& even, Lanes& odd) {
  typedef std::uint32_t Word __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
  Word pairs;
  std::memcpy(&pairs, from, sizeof pairs);
  const Word low = pairs << 16, high = pairs & 0xffff0000u;
  std::memcpy(&even, &low, sizeof even);
  std::memcpy(&odd, &high, sizeof odd);
}

inline float sum_lanes(const Lanes& v) {
  float part[lanes / 2];
  for (int l = 0; l < lanes / 2; ++l) part[l] = v[l] + v[l + lanes / 2];
  for (int width = lanes / 4; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) part[l] += part[l + width];
  return part[0];
}

/// Widens n elements to float. Vectorises by itself.
template <Element T> inline void widen(const T* from, std::int64_t n, float* to) {
  for (std::int64_t i = 0; i < n; ++i) to[i] = float(from[i]);
}

/// Σ x[c]² over a row.
template <Element T> inline float sum_of_squares(const T* x, std::int64_t n) {
  Lanes sum[2] = {}, value;
  std::int64_t c = 0;
  for (; c + 2 * lanes <= n; c += 2 * lanes)
    for (int u = 0; u < 2; ++u) {
      load(x + c + u * lanes, value);
      sum[u] += value * value;
    }
  float total = sum_lanes(sum[0]) + sum_lanes(sum[1]);
  for (; c < n; ++c) total += float(x[c]) * float(x[c]);
  return total;
}

}  // namespace qwen3vl
