#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/activate.hpp>

namespace qwen3vl {

/// A run a thread (cuda/elements.cuh), any policy. Bound by memory.
template <int N, class A, class T>
__global__ void activate_kernel(A act, View<const T, 2, Device> x, View<T, 2, Device> out) {
  after_earlier();
  for_own_run<N>(x.shape[1], [=](std::int64_t t, std::int64_t c) {
    Floats<N> number = load_floats<N>(&x(t, c));
#pragma unroll
    for (int j = 0; j < N; ++j) number.at[j] = act(number.at[j]);
    store_rounded(&out(t, c), number);
  });
}

template <int N, class A, class T>
__global__ void activate_multiply_kernel(A act, View<const T, 2, Device> gate, View<const T, 2, Device> up,
                                         View<T, 2, Device> out) {
  after_earlier();
  for_own_run<N>(gate.shape[1], [=](std::int64_t t, std::int64_t c) {
    const Floats<N> factor = load_floats<N>(&up(t, c));
    Floats<N> number = load_floats<N>(&gate(t, c));
#pragma unroll
    for (int j = 0; j < N; ++j) number.at[j] = rounded_to<T>(act(number.at[j])) * factor.at[j];
    store_rounded(&out(t, c), number);
  });
}

template <> struct ActivateKernel<Cuda> {
  template <Activation A, Element T>
  static void run(Cuda& cuda, A act, View<const T, 2, Device> x, View<T, 2, Device> out) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1], n);
      cuda.launch_early("activate", activate_kernel<n(), A, T>, blocks, threads, 0, act, x, out);
    };
    with_longest_run<T>(launch, x, out);
  }
  template <Activation A, Element T>
  static void multiply(Cuda& cuda, A act, View<const T, 2, Device> gate, View<const T, 2, Device> up,
                       View<T, 2, Device> out) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(gate.shape[0], gate.shape[1], n);
      cuda.launch_early("activate_multiply", activate_multiply_kernel<n(), A, T>, blocks, threads, 0, act,
                        gate, up, out);
    };
    with_longest_run<T>(launch, gate, up, out);
  }
};

}  // namespace qwen3vl
