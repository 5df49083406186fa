#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

/// A tensor that the host can read, whichever backend it is of: its own memory where that is the host's, else
/// a copy, gaps between rows included.
template <class T, int Rank> struct HostCopy {
  std::vector<T> elements;
  View<const T, Rank> view;  // valid as long as the copy, or the tensor
};

template <Backend B, class T, int Rank>
HostCopy<std::remove_const_t<T>, Rank> copy_to_host(B& on, const View<T, Rank, typename B::Space>& x) {
  using Plain = std::remove_const_t<T>;
  HostCopy<Plain, Rank> copy;
  for (int r = 0; r < Rank; ++r) copy.view.shape[r] = x.shape[r], copy.view.stride[r] = x.stride[r];
  if constexpr (std::is_same_v<typename B::Space, Host>) {
    copy.view.data = x.data;
  } else if (x.size() > 0) {
    std::size_t span = 1;  // elements from the first to the last
    for (int r = 0; r < Rank; ++r) span += static_cast<std::size_t>((x.shape[r] - 1) * x.stride[r]);
    copy.elements.resize(span);
    on.copy_out(copy.elements.data(), x.data, span * sizeof(Plain));
    copy.view.data = copy.elements.data();
  }
  return copy;
}

}  // namespace qwen3vl
