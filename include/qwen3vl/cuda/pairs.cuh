#pragma once

#include <cstdint>
#include <type_traits>

#include <qwen3vl/core/dtype.hpp>

/// Two neighbours of bf16 or f16 in one register, the first in its lower half, and the device's own conversions,
/// one instruction where core/dtype.hpp takes ten. They round as those do, to nearest, ties to even; of a NaN
/// they keep that it is one.
namespace qwen3vl {

template <class T> __device__ inline std::uint32_t pack(T first, T second) {
  return std::uint32_t{first.bits} | std::uint32_t{second.bits} << 16;
}
template <class T> __device__ inline std::uint32_t load_pair(const T* from) {
  return *reinterpret_cast<const std::uint32_t*>(from);
}

/// Both rounded to T.
template <class T> __device__ inline std::uint32_t round_pair(float first, float second) {
  std::uint32_t pair;
  if constexpr (std::is_same_v<T, bf16>) {
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
  } else {
    static_assert(std::is_same_v<T, f16>);
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(second), "f"(first));
  }
  return pair;
}

template <class T> __device__ inline float first_of(std::uint32_t pair) {
  if constexpr (std::is_same_v<T, bf16>) return bits_as<float>(pair << 16);
  float number;
  asm("{ .reg .b16 low, high; mov.b32 {low, high}, %1; cvt.f32.f16 %0, low; }" : "=f"(number) : "r"(pair));
  return number;
}
template <class T> __device__ inline float second_of(std::uint32_t pair) {
  if constexpr (std::is_same_v<T, bf16>) return bits_as<float>(pair & 0xffff0000u);
  float number;
  asm("{ .reg .b16 low, high; mov.b32 {low, high}, %1; cvt.f32.f16 %0, high; }" : "=f"(number) : "r"(pair));
  return number;
}

/// 2^x to 22 bits; 0 for what is below float's normal numbers.
__device__ inline float power_of_two(float x) {
  float power;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
  return power;
}

}  // namespace qwen3vl
