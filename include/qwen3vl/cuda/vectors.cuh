#pragma once

#include <cstdint>

#include <qwen3vl/core/view.hpp>

/// Sixteen bytes of a row at once, the most that a thread loads with one instruction.
namespace qwen3vl {

template <class T> struct alignas(16) Sixteen {
  static constexpr int count = 16 / sizeof(T);
  T at[count];
};

template <class T> __device__ Sixteen<T> load_sixteen(const T* from) {
  return *reinterpret_cast<const Sixteen<T>*>(from);
}

/// May rows that begin at `data`, `stride` elements apart, be loaded so?
template <class T> __host__ __device__ bool loads_sixteen(const T* data, std::int64_t stride) {
  return reinterpret_cast<std::uintptr_t>(data) % 16 == 0 && stride * std::int64_t(sizeof(T)) % 16 == 0;
}

/// May the rows of all heads?
template <class T> __host__ __device__ bool loads_heads_wide(const View<T, 3, Device>& x) {
  return loads_sixteen(x.data, x.stride[0]) && loads_sixteen(x.data, x.stride[1]) &&
         x.shape[2] % Sixteen<T>::count == 0;
}

}  // namespace qwen3vl
