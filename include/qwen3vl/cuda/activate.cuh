#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/activate.hpp>

namespace qwen3vl {

/// Element by element (cuda/elements.cuh), any policy. Bound by memory.
template <class A, class T>
__global__ void activate_kernel(A act, View<const T, 2, Device> x, View<T, 2, Device> out) {
  for_own_elements(x.shape[1], [=](std::int64_t t, std::int64_t c) { out(t, c) = T(act(float(x(t, c)))); });
}

template <class A, class T>
__global__ void activate_multiply_kernel(A act, View<const T, 2, Device> gate, View<const T, 2, Device> up,
                                         View<T, 2, Device> out) {
  for_own_elements(gate.shape[1], [=](std::int64_t t, std::int64_t c) {
    out(t, c) = T(float(T(act(float(gate(t, c))))) * float(up(t, c)));
  });
}

template <> struct ActivateKernel<Cuda> {
  template <Activation A, Element T>
  static void run(Cuda& cuda, A act, View<const T, 2, Device> x, View<T, 2, Device> out) {
    cuda.launch("activate", activate_kernel<A, T>, element_grid(x.shape[0], x.shape[1]), element_threads, 0,
                act, x, out);
  }
  template <Activation A, Element T>
  static void multiply(Cuda& cuda, A act, View<const T, 2, Device> gate, View<const T, 2, Device> up,
                       View<T, 2, Device> out) {
    cuda.launch("activate_multiply", activate_multiply_kernel<A, T>,
                element_grid(gate.shape[0], gate.shape[1]), element_threads, 0, act, gate, up, out);
  }
};

}  // namespace qwen3vl
