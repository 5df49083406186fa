#pragma once

#include <cstdint>
#include <type_traits>

#include <qwen3vl/core/view.hpp>
#include <qwen3vl/cuda/pairs.cuh>

/// Several neighbours of a row at once, up to sixteen bytes: the most that a thread loads with one instruction.
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

/// N neighbours as floats. One access, or several of sixteen bytes; a pair is rounded at a time.
template <int N> struct Floats { float at[N]; };
template <class T, int N> inline constexpr int run_bytes = N * sizeof(T) < 16 ? N * sizeof(T) : 16;
template <class T, int N> inline constexpr bool in_pairs = sizeof(T) == 2 && N % 2 == 0;
template <class T, int N> struct alignas(run_bytes<T, N>) Run {
  std::conditional_t<in_pairs<T, N>, std::uint32_t, T> at[in_pairs<T, N> ? N / 2 : N];
};

template <int N, class T> __device__ Run<T, N> load_run(const T* from) {
  return *reinterpret_cast<const Run<T, N>*>(from);
}
/// Sixteen bytes that nobody wants again.
template <class T> __device__ Run<T, Sixteen<T>::count> load_once(const T* from) {
  return bits_as<Run<T, Sixteen<T>::count>>(__ldcs(reinterpret_cast<const uint4*>(from)));
}
template <int N, class T> __device__ void store_run(T* to, const Run<T, N>& run) {
  *reinterpret_cast<Run<T, N>*>(to) = run;
}
template <class T, int N> __device__ Floats<N> floats_of(const Run<T, N>& run) {
  Floats<N> floats;
  if constexpr (in_pairs<T, N>) {
#pragma unroll
    for (int j = 0; j < N / 2; ++j)
      floats.at[2 * j] = first_of<T>(run.at[j]), floats.at[2 * j + 1] = second_of<T>(run.at[j]);
  } else {
#pragma unroll
    for (int j = 0; j < N; ++j) floats.at[j] = float(run.at[j]);
  }
  return floats;
}
template <int N, class T> __device__ Floats<N> load_floats(const T* from) {
  return floats_of(load_run<N>(from));
}
template <int N, class T> __device__ void store_rounded(T* to, const Floats<N>& floats) {
  Run<T, N> run;
  if constexpr (in_pairs<T, N>) {
#pragma unroll
    for (int j = 0; j < N / 2; ++j) run.at[j] = round_pair<T>(floats.at[2 * j], floats.at[2 * j + 1]);
  } else {
#pragma unroll
    for (int j = 0; j < N; ++j) run.at[j] = T(floats.at[j]);
  }
  store_run<N>(to, run);
}
/// A float as T has it.
template <class T> __device__ float rounded_to(float number) {
  if constexpr (sizeof(T) == 2)
    return first_of<T>(round_pair<T>(number, 0.0f));
  else
    return number;
}

/// Do runs of N neighbours of these rows begin where one access can begin, and end where the row does? Views of no
/// data do not matter.
template <int N, class T, int Rank> bool has_runs(const View<T, Rank, Device>& x) {
  constexpr std::int64_t bytes = run_bytes<T, N>;
  if (x.data == nullptr) return true;
  bool has = reinterpret_cast<std::uintptr_t>(x.data) % bytes == 0 && x.shape[Rank - 1] % N == 0;
  for (int r = 0; r < Rank - 1; ++r) has = has && x.stride[r] * std::int64_t(sizeof(T)) % bytes == 0;
  return has;
}

}  // namespace qwen3vl
