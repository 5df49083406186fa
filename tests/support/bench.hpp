#pragma once

#include <limits>
#include <utility>
#include <vector>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/view.hpp>

#include "numbers.hpp"

namespace qwen3vl::test {

/// Where the cases of an op run: a backend, an element type, and the tensors made on it, which live as
/// long as the bench. Bytes travel by copy_in and copy_out alone, so any backend will do.
///
///   auto x = bench.copy(random({5, 96}, 1));      // View<const T, 2>
///   auto out = bench.empty({5, 96});              // full of NaN: what an op forgets to write, shows
///   rms_norm(bench.on, x, weight, 1e-6f, out);
///   bench.read(out)                               // Numbers<2>
///
/// `Held` is the backend, or a reference to one that benches share.
template <Backend B, qwen3vl::Element T, class Held = B> class BenchOn {
 public:
  using On = B;
  using Element = T;
  using Space = typename B::Space;

  template <class... A> explicit BenchOn(A&&... a) : on(std::forward<A>(a)...) {}
  BenchOn(const BenchOn&) = delete;

  Held on;

  /// The numbers, rounded to T (or another type of element).
  template <int Rank> View<T, Rank, Space> copy(const Numbers<Rank>& x) { return copy_as<T>(x); }
  template <qwen3vl::Element U, int Rank> View<U, Rank, Space> copy_as(const Numbers<Rank>& x) {
    std::vector<U> elements;
    for (const double value : x.values) elements.push_back(U(static_cast<float>(value)));
    return view<U>(x.shape, elements.data());
  }
  /// As columns of a wider matrix whose other columns are NaN: the rows have gaps between them.
  View<T, 2, Space> copy_with_gaps(const Numbers<2>& x) {
    Numbers<2> wide({x.shape[0], x.shape[1] + 2 * gap}, not_a_number);
    for (std::int64_t r = 0; r < x.shape[0]; ++r)
      for (std::int64_t c = 0; c < x.shape[1]; ++c) wide(r, c + gap) = x(r, c);
    return columns(copy(wide), gap, x.shape[1]);
  }
  View<T, 3, Space> copy_with_gaps(const Numbers<3>& x) {
    return split_last(copy_with_gaps(reshaped(x, {x.shape[0], x.shape[1] * x.shape[2]})), x.shape[1],
                      x.shape[2]);
  }
  /// ids, positions, segments.
  template <class U> View<const U, 1, Space> list(const std::vector<U>& items) {
    return view<U>(std::array<std::int64_t, 1>{static_cast<std::int64_t>(items.size())}, items.data());
  }

  template <int Rank> View<T, Rank, Space> full(const std::int64_t (&sizes)[Rank], double value) {
    return copy(Numbers<Rank>(sizes, value));
  }
  template <int Rank> View<T, Rank, Space> empty(const std::int64_t (&sizes)[Rank]) {
    return full(sizes, not_a_number);
  }
  template <qwen3vl::Element U, int Rank> View<U, Rank, Space> empty_as(const std::int64_t (&sizes)[Rank]) {
    return copy_as<U>(Numbers<Rank>(sizes, not_a_number));
  }

  template <class U, int Rank> Numbers<Rank> read(const View<U, Rank, Space>& view) {
    using Plain = std::remove_const_t<U>;
    std::int64_t span = 1;  // elements from the first to the last, gaps included
    for (int r = 0; r < Rank; ++r) span += (view.shape[r] - 1) * view.stride[r];
    Numbers<Rank> result(view.shape);
    if (view.size() == 0) return result;
    std::vector<Plain> elements(static_cast<std::size_t>(span));
    on.synchronize();
    on.copy_out(elements.data(), view.data, elements.size() * sizeof(Plain));
    for (std::size_t i = 0; i < result.values.size(); ++i) {
      std::int64_t rest = static_cast<std::int64_t>(i), offset = 0;
      for (int r = Rank - 1; r >= 0; --r) {
        offset += rest % view.shape[r] * view.stride[r];
        rest /= view.shape[r];
      }
      result.values[i] = static_cast<double>(static_cast<float>(elements[static_cast<std::size_t>(offset)]));
    }
    return result;
  }
  template <class U> std::vector<U> read_list(const View<U, 1, Space>& list) {
    std::vector<U> items(static_cast<std::size_t>(list.shape[0]));
    on.synchronize();
    if (!items.empty()) on.copy_out(items.data(), list.data, items.size() * sizeof(U));
    return items;
  }

  static constexpr std::int64_t gap = 3;

 private:
  template <class U, std::size_t Rank> auto view(const std::array<std::int64_t, Rank>& shape, const U* from) {
    std::int64_t sizes[Rank];
    std::copy(shape.begin(), shape.end(), sizes);
    View<U, static_cast<int>(Rank), Space> result(nullptr, sizes);
    const std::size_t bytes = static_cast<std::size_t>(result.size()) * sizeof(U);
    held_.emplace_back(on, std::max<std::size_t>(bytes, 1));  // an address even where there is nothing
    if (bytes > 0) on.copy_in(held_.back().data(), from, bytes);
    result.data = reinterpret_cast<U*>(held_.back().data());
    return result;
  }

  std::vector<Buffer<B>> held_;
};

/// Does the backend hand sums to a library that says nothing about their order? A bench of one has `reorders`.
template <class Bench> inline constexpr bool reorders_sums = requires { Bench::reorders; };

/// Are the columns outside begin … begin + count − 1 still NaN? An op keeps to the rows it was given.
inline bool untouched_outside(const Numbers<2>& wide, std::int64_t begin, std::int64_t count) {
  for (std::int64_t r = 0; r < wide.shape[0]; ++r)
    for (std::int64_t c = 0; c < wide.shape[1]; ++c)
      if ((c < begin || c >= begin + count) && !std::isnan(wide(r, c))) return false;
  return true;
}

}  // namespace qwen3vl::test
