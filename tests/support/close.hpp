#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include <doctest/doctest.h>

#include "numbers.hpp"

/// Comparisons with a reason. A failing one says where and how far: index, expected, got, and how many
/// differ.
///
///   CHECK_CLOSE(bench.read(out), expected, ulps<T>(1));
///   CHECK_SAME(bench.read(out), bench.read(x));          // bit by bit
namespace qwen3vl::test {

/// |got − expected| ≤ absolute + relative · |expected|
struct Tolerance {
  double absolute, relative;

  friend Tolerance operator+(Tolerance a, Tolerance b) {
    return {a.absolute + b.absolute, a.relative + b.relative};
  }
};

/// The distance from 1 to the next number of T.
template <Element T> inline constexpr double epsilon = 0x1p-23;
template <> inline constexpr double epsilon<bf16> = 0x1p-7;
template <> inline constexpr double epsilon<f16> = 0x1p-10;

/// Up to n numbers of T away (the absolute part: below 2⁻¹⁴ the numbers of f16 get no denser).
template <Element T> Tolerance ulps(double n) {
  return {std::same_as<T, f16> ? n * 0x1p-24 : 0, n * epsilon<T>};
}

/// What summing n products in float may cost, in any order (Higham 2002, §3.1), where the sum of their
/// absolute values is `magnitude`.
inline Tolerance float_sum(std::int64_t n, double magnitude) {
  return {static_cast<double>(n + 1) * 0x1p-24 * magnitude, 0};
}

inline constexpr Tolerance same{0, 0};

/// "" when all are within the tolerance, else the report.
std::string compare(std::span<const double> got, std::span<const double> expected, Tolerance tolerance,
                    std::span<const std::int64_t> shape);

template <int Rank>
std::string compare(const Numbers<Rank>& got, const Numbers<Rank>& expected, Tolerance tolerance) {
  if (got.shape != expected.shape) return "shapes differ";
  return compare(got.values, expected.values, tolerance, expected.shape);
}

/// ‖a − b‖ / ‖b‖
template <int Rank> double relative_error(const Numbers<Rank>& a, const Numbers<Rank>& b) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < b.values.size(); ++i) {
    difference += (a.values[i] - b.values[i]) * (a.values[i] - b.values[i]);
    norm += b.values[i] * b.values[i];
  }
  return std::sqrt(norm > 0 ? difference / norm : difference);
}

/// What a block may be off, as relative_error() has it: half an ulp for each number that is rounded to T
/// on the way, and √n·2⁻²⁴ for each sum of n products in float (Higham & Mary 2019).
template <Element T> double block_error(int roundings, int sums, std::int64_t n) {
  return roundings * epsilon<T> / 2 + sums * std::sqrt(static_cast<double>(n)) * 0x1p-24;
}

/// How far two runs of several blocks may drift apart that add up in another order: the same errors, but
/// of either sign, so that they go as a random walk does, with the root of their number.
template <Element T> double drift(int roundings, int sums, std::int64_t n) {
  return std::sqrt(roundings) * epsilon<T> / 2 + std::sqrt(static_cast<double>(sums * n)) * 0x1p-24;
}

}  // namespace qwen3vl::test

#define CHECK_CLOSE(...) /* got, expected, tolerance */               \
  do {                                                                \
    const std::string report = ::qwen3vl::test::compare(__VA_ARGS__); \
    CHECK_MESSAGE(report.empty(), report);                            \
  } while (false)
#define CHECK_SAME(...) CHECK_CLOSE(__VA_ARGS__, ::qwen3vl::test::same)

/// A statement must throw Error, and the message must hold these words.
#define CHECK_REFUSES(statement, words) \
  CHECK_THROWS_WITH_AS(statement, doctest::Contains(std::string(words).c_str()), ::qwen3vl::Error)
