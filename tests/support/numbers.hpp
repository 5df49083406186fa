#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <vector>

#include <qwen3vl/core/dtype.hpp>

namespace qwen3vl::test {

/// A tensor as tests think of it: on the host, in double, dense, owning its numbers.
template <int Rank> struct Numbers {
  std::array<std::int64_t, Rank> shape{};
  std::vector<double> values;

  Numbers() = default;
  explicit Numbers(const std::int64_t (&sizes)[Rank], double value = 0) {
    std::copy_n(sizes, Rank, shape.begin());
    values.assign(static_cast<std::size_t>(size()), value);
  }
  Numbers(const std::int64_t (&sizes)[Rank], std::vector<double> given) : Numbers(sizes) {
    values = std::move(given);
  }

  std::int64_t size() const {
    std::int64_t product = 1;
    for (const std::int64_t n : shape) product *= n;
    return product;
  }
  template <std::integral... I>
  requires(sizeof...(I) == Rank) std::size_t at(I... i)
  const {
    const std::int64_t index[] = {static_cast<std::int64_t>(i)...};
    std::int64_t offset = 0;
    for (int r = 0; r < Rank; ++r) offset = offset * shape[r] + index[r];
    return static_cast<std::size_t>(offset);
  }
  template <std::integral... I> double& operator()(I... i) { return values[at(i...)]; }
  template <std::integral... I> double operator()(I... i) const { return values[at(i...)]; }

  template <class F> Numbers map(F f) const {
    Numbers result = *this;
    for (double& value : result.values) value = f(value);
    return result;
  }
  Numbers rows(std::int64_t begin, std::int64_t count) const {
    Numbers part;
    part.shape = shape;
    part.shape[0] = count;
    const std::int64_t row = shape[0] > 0 ? size() / shape[0] : 0;
    part.values.assign(values.begin() + begin * row, values.begin() + (begin + count) * row);
    return part;
  }
  double largest() const {
    double most = 0;
    for (const double value : values) most = std::max(most, std::abs(value));
    return most;
  }
};

/// The same numbers under another shape.
template <int To, int From> Numbers<To> reshaped(const Numbers<From>& x, const std::int64_t (&sizes)[To]) {
  return Numbers<To>(sizes, x.values);
}

/// Evenly spread over −scale … scale; a seed always gives the same numbers (SplitMix64).
template <int Rank>
Numbers<Rank> random(const std::int64_t (&sizes)[Rank], std::uint64_t seed, double scale = 1) {
  Numbers<Rank> result(sizes);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15u;
  for (double& value : result.values) {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    value = scale * (static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1);
  }
  return result;
}

/// 1, 2, 3, … in order.
template <int Rank> Numbers<Rank> counting(const std::int64_t (&sizes)[Rank]) {
  Numbers<Rank> result(sizes);
  double next = 0;
  for (double& value : result.values) value = ++next;
  return result;
}

/// The nearest number that T can hold.
template <Element T> double round_to(double value) {
  return static_cast<double>(static_cast<float>(T(static_cast<float>(value))));
}
template <Element T, int Rank> Numbers<Rank> rounded(const Numbers<Rank>& x) { return x.map(round_to<T>); }

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace qwen3vl::test
