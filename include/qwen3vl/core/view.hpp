#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <qwen3vl/core/annotations.hpp>

namespace qwen3vl {

/// Where memory is. A view carries it in its type: device memory handed to a CPU op does not compile.
struct Host {};
struct Device {};

/// The sizes of a tensor whose rank is not part of a type: a name in a file, a weight in a list.
struct Shape {
  static constexpr int max_rank = 6;
  std::int64_t dims[max_rank] = {};
  int rank = 0;

  constexpr Shape() = default;
  template <std::convertible_to<std::int64_t>... I>
  requires(sizeof...(I) <= max_rank) constexpr Shape(I... sizes)
      : dims{static_cast<std::int64_t>(sizes)...}, rank(sizeof...(I)) {}

  constexpr std::int64_t operator[](int axis) const { return dims[axis]; }
  constexpr std::int64_t size() const {
    std::int64_t product = 1;
    for (int r = 0; r < rank; ++r) product *= dims[r];
    return product;
  }
  friend constexpr bool operator==(const Shape& a, const Shape& b) {
    bool equal = a.rank == b.rank;
    for (int r = 0; equal && r < a.rank; ++r) equal = a.dims[r] == b.dims[r];
    return equal;
  }
};

/// A tensor as it travels: pointer, shape, strides in elements. It owns nothing, allocates nothing
/// and is trivially copyable, so it enters a kernel by value. Row-major unless sliced.
template <class T, int Rank, class Space = Host> struct View {
  using Element = T;
  static constexpr int rank = Rank;

  T* data = nullptr;
  std::int64_t shape[Rank] = {};
  std::int64_t stride[Rank] = {};

  View() = default;
  /// Contiguous, row-major: View<float, 2>(pointer, {rows, columns}).
  QWEN3VL_HD constexpr View(T* pointer, const std::int64_t (&sizes)[Rank]) : data(pointer) {
    std::int64_t step = 1;
    for (int r = Rank - 1; r >= 0; --r) {
      shape[r] = sizes[r];
      stride[r] = step;
      step *= sizes[r];
    }
  }

  template <std::integral... I>
  requires(sizeof...(I) == Rank)  // x(t) on a matrix is a mistake, not a row
      QWEN3VL_HD constexpr T&
      operator()(I... i) const {
    const std::int64_t index[] = {static_cast<std::int64_t>(i)...};
    std::int64_t offset = 0;
    for (int r = 0; r < Rank; ++r) offset += index[r] * stride[r];
    return data[offset];
  }

  template <std::same_as<const T> U>  // View<float> → View<const float>
  requires(!std::same_as<U, T>) QWEN3VL_HD constexpr operator View<U, Rank, Space>() const {
    View<U, Rank, Space> view;
    view.data = data;
    for (int r = 0; r < Rank; ++r) {
      view.shape[r] = shape[r];
      view.stride[r] = stride[r];
    }
    return view;
  }

  QWEN3VL_HD constexpr std::int64_t size() const {
    std::int64_t product = 1;
    for (int r = 0; r < Rank; ++r) product *= shape[r];
    return product;
  }
  QWEN3VL_HD constexpr bool empty() const { return data == nullptr || size() == 0; }

  /// Do the elements lie in one run, last axis fastest?
  QWEN3VL_HD constexpr bool contiguous() const {
    std::int64_t step = 1;
    for (int r = Rank - 1; r >= 0; --r) {
      if (shape[r] != 1 && stride[r] != step) return false;
      step *= shape[r];
    }
    return true;
  }

  /// Entries begin … begin + count − 1 of the first axis.
  QWEN3VL_HD constexpr View rows(std::int64_t begin, std::int64_t count) const {
    View view = *this;
    view.data += begin * stride[0];
    view.shape[0] = count;
    return view;
  }

  /// Entry i of the first axis, one rank lower.
  QWEN3VL_HD constexpr auto operator[](std::int64_t i) const requires(Rank > 1) {
    View<T, Rank - 1, Space> view;
    view.data = data + i * stride[0];
    for (int r = 1; r < Rank; ++r) {
      view.shape[r - 1] = shape[r];
      view.stride[r - 1] = stride[r];
    }
    return view;
  }
};

/// The same elements under another shape. `view` must be contiguous and the sizes must agree.
template <int To, class T, int Rank, class Space>
QWEN3VL_HD constexpr View<T, To, Space> reshape(const View<T, Rank, Space>& view,
                                                const std::int64_t (&sizes)[To]) {
  return View<T, To, Space>(view.data, sizes);
}

/// Splits the last axis in two: [rows, heads·head_dim] → [rows, heads, head_dim], strides kept.
template <class T, class Space>
QWEN3VL_HD constexpr View<T, 3, Space> split_last(const View<T, 2, Space>& view, std::int64_t outer,
                                                  std::int64_t inner) {
  View<T, 3, Space> split;
  split.data = view.data;
  split.shape[0] = view.shape[0], split.shape[1] = outer, split.shape[2] = inner;
  split.stride[0] = view.stride[0], split.stride[1] = inner * view.stride[1],
  split.stride[2] = view.stride[1];
  return split;
}

/// Columns begin … begin + count − 1 of a matrix, strides kept.
template <class T, class Space>
QWEN3VL_HD constexpr View<T, 2, Space> columns(View<T, 2, Space> view, std::int64_t begin,
                                               std::int64_t count) {
  view.data += begin * view.stride[1];
  view.shape[1] = count;
  return view;
}

/// How ops declare tensors. T is deduced from `Out` alone, so an `In` also accepts a mutable view.
template <class B, class T, int Rank> using In = View<const std::type_identity_t<T>, Rank, typename B::Space>;
template <class B, class T, int Rank> using Out = View<T, Rank, typename B::Space>;

}  // namespace qwen3vl
