#pragma once

#include <concepts>
#include <cstdint>

#include <qwen3vl/core/annotations.hpp>

/// The numbers activations are made of. Arithmetic is done in float; these types only store.
///
///   f32    float                           24 bits of mantissa
///   bf16   the upper half of a float        8 bits, same range as float
///   f16    IEEE 754 binary16               11 bits, up to 65504
///
/// bf16 and f16 have the bits of CUDA's __nv_bfloat16 and __half, so a buffer copies over untouched.
/// Rounding is to nearest, ties to even; a NaN stays a NaN.
namespace qwen3vl {

/// The same bits as another type: std::bit_cast, which device code may not call.
template <class To, class From> QWEN3VL_HD constexpr To bits_as(From from) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, from);
}

struct bf16 {
  std::uint16_t bits;

  bf16() = default;
  QWEN3VL_HD constexpr explicit bf16(float value) : bits(round(value)) {}
  QWEN3VL_HD constexpr operator float() const {
    return bits_as<float>(static_cast<std::uint32_t>(bits) << 16);
  }
  QWEN3VL_HD static constexpr bf16 from_bits(std::uint16_t bits) {
    bf16 value{};
    value.bits = bits;
    return value;
  }

 private:
  QWEN3VL_HD static constexpr std::uint16_t round(float value) {
    const std::uint32_t bits = bits_as<std::uint32_t>(value);
    const std::uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const bool nan = (bits & 0x7fffffff) > 0x7f800000;
    return static_cast<std::uint16_t>(nan ? (bits >> 16) | 0x40 : rounded);
  }
};

struct f16 {
  std::uint16_t bits;

  f16() = default;
  QWEN3VL_HD constexpr explicit f16(float value) : bits(round(value)) {}
  QWEN3VL_HD constexpr operator float() const {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
    const std::uint32_t rest = bits & 0x7fff;
    if (rest >= 0x7c00) return bits_as<float>(sign | 0x7f800000 | ((rest & 0x3ff) << 13));
    // 2^112 moves the exponent's bias from 15 to 127; subnormals come out right with it
    return bits_as<float>(sign | bits_as<std::uint32_t>(bits_as<float>(rest << 13) * 0x1p112f));
  }
  QWEN3VL_HD static constexpr f16 from_bits(std::uint16_t bits) {
    f16 value{};
    value.bits = bits;
    return value;
  }

 private:
  QWEN3VL_HD static constexpr std::uint16_t round(float value) {
    const std::uint32_t bits = bits_as<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000, rest = bits & 0x7fffffff;
    if (rest > 0x7f800000) return static_cast<std::uint16_t>(sign | 0x7e00);
    if (rest >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);  // 65520 and above
    if (rest < 0x38800000) {  // below 2^-14: a multiple of 2^-24, rounded by adding 0.5
      const float shifted = bits_as<float>(rest) + 0.5f;
      return static_cast<std::uint16_t>(sign | (bits_as<std::uint32_t>(shifted) - 0x3f000000));
    }
    return static_cast<std::uint16_t>(sign | ((rest - 0x38000000 + 0xfff + ((rest >> 13) & 1)) >> 13));
  }
};

template <class T>
concept Element = std::same_as<T, float> || std::same_as<T, bf16> || std::same_as<T, f16>;

/// The name of a type of element, as the command line writes it: f32, bf16, f16.
template <class T> inline constexpr const char* dtype_name = "";
template <> inline constexpr const char* dtype_name<float> = "f32";
template <> inline constexpr const char* dtype_name<bf16> = "bf16";
template <> inline constexpr const char* dtype_name<f16> = "f16";

}  // namespace qwen3vl
