#pragma once

#include <emulate.hpp>
#include <qwen3vl/core/dtype.hpp>

/// include/qwen3vl/cuda/pairs.cuh
namespace qwen3vl {

template <class T> std::uint32_t pack(T first, T second) {
  return std::uint32_t{first.bits} | std::uint32_t{second.bits} << 16;
}
template <class T> std::uint32_t load_pair(const T* from) {
  emulated::expect_aligned(from, 4, "a pair");
  return pack(from[0], from[1]);
}
template <class T> std::uint32_t round_pair(float first, float second) { return pack(T(first), T(second)); }
template <class T> float first_of(std::uint32_t pair) { return float(T::from_bits(std::uint16_t(pair))); }
template <class T> float second_of(std::uint32_t pair) {
  return float(T::from_bits(std::uint16_t(pair >> 16)));
}
inline float power_of_two(float x) { return x < -126 ? 0.0f : std::exp2(x); }

}  // namespace qwen3vl
