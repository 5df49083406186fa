#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#endif
#if __has_include(<xtensor/containers/xadapt.hpp>)  // xtensor 0.26 and later
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xstrided_view.hpp>
#include <xtensor/xtensor.hpp>
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <qwen3vl/core/view.hpp>

/// Views and xtensor's arrays are the same memory seen twice; nothing is copied, writes go through.
/// The one door to xtensor.
///
///   xt::xtensor<float, 2> x = xt::random::rand<float>({5, 96});
///   rms_norm(cpu, as_view(x), as_view(w), 1e-6f, as_view(out));   // user's arrays into an op
///   xt::amax(as_xtensor(logits), {1});                            // a view into user's code
namespace qwen3vl {

/// An array of the same rank over the view's elements, strides kept. The memory must live on.
template <class T, int Rank> auto as_xtensor(const View<T, Rank>& view) {
  std::array<std::size_t, Rank> shape;
  std::array<std::ptrdiff_t, Rank> strides;
  std::int64_t reach = view.size() == 0 ? 0 : 1;  // elements from the first to behind the last
  for (int r = 0; r < Rank; ++r) {
    shape[r] = static_cast<std::size_t>(view.shape[r]);
    strides[r] = view.shape[r] == 1 ? 0 : static_cast<std::ptrdiff_t>(view.stride[r]);  // as xtensor has it
    if (reach > 0) reach += (view.shape[r] - 1) * view.stride[r];
  }
  // a strided view, since the adaptor alone runs over gaps in fill() and in whole-array iteration
  auto run = xt::adapt(view.data, static_cast<std::size_t>(reach), xt::no_ownership(),
                       std::array<std::size_t, 1>{static_cast<std::size_t>(reach)});
  return xt::strided_view(std::move(run), std::move(shape), std::move(strides), 0,
                          view.contiguous() ? xt::layout_type::row_major : xt::layout_type::dynamic);
}

/// An array whose elements are in memory and whose rank is in its type: xt::xtensor,
/// xt::xtensor_fixed, what xt::adapt and as_xtensor give.
template <class X>
concept XtensorInMemory = requires(X& x) {
  { x.data() } -> std::convertible_to<const void*>;
  x.data_offset();
  x.strides();
  std::tuple_size<std::remove_cvref_t<decltype(x.shape())>>::value;
};

/// The view of an array; a temporary does not compile.
template <XtensorInMemory X> auto as_view(X& x) {
  constexpr int rank = static_cast<int>(std::tuple_size<std::remove_cvref_t<decltype(x.shape())>>::value);
  View<std::remove_pointer_t<decltype(x.data())>, rank> view;
  view.data = x.data() + x.data_offset();
  std::int64_t dense = 1;
  for (int r = rank - 1; r >= 0; --r) {
    view.shape[r] = static_cast<std::int64_t>(x.shape()[r]);
    // xtensor has stride 0 on an axis of one; kernels that walk rows want the row's length
    view.stride[r] = view.shape[r] == 1 ? dense : static_cast<std::int64_t>(x.strides()[r]);
    dense *= view.shape[r];
  }
  return view;
}
template <XtensorInMemory X> void as_view(const X&& x) = delete;

}  // namespace qwen3vl
