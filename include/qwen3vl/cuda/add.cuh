#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/add.hpp>

namespace qwen3vl {

/// A run a thread (cuda/elements.cuh). Bound by memory: reads two tensors, writes one.
template <int N, class T> __global__ void add_kernel(View<const T, 2, Device> update, View<T, 2, Device> x) {
  after_earlier();
  for_own_run<N>(x.shape[1], [=](std::int64_t t, std::int64_t c) {
    const Floats<N> more = load_floats<N>(&update(t, c));
    Floats<N> sum = load_floats<N>(&x(t, c));
#pragma unroll
    for (int j = 0; j < N; ++j) sum.at[j] += more.at[j];
    store_rounded(&x(t, c), sum);
  });
}

template <> struct AddKernel<Cuda> {
  template <Element T> static void run(Cuda& cuda, View<const T, 2, Device> update, View<T, 2, Device> x) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1], n);
      cuda.launch_early("add", add_kernel<n(), T>, blocks, threads, 0, update, x);
    };
    with_longest_run<T>(launch, update, x);
  }
};

}  // namespace qwen3vl
