#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/add.hpp>

namespace qwen3vl {

/// Element by element (cuda/elements.cuh). Bound by memory: reads two tensors, writes one.
template <class T> __global__ void add_kernel(View<const T, 2, Device> update, View<T, 2, Device> x) {
  for_own_elements(
      x.shape[1], [=](std::int64_t t, std::int64_t c) { x(t, c) = T(float(x(t, c)) + float(update(t, c))); });
}

template <> struct AddKernel<Cuda> {
  template <Element T> static void run(Cuda& cuda, View<const T, 2, Device> update, View<T, 2, Device> x) {
    cuda.launch("add", add_kernel<T>, element_grid(x.shape[0], x.shape[1]), element_threads, 0, update, x);
  }
};

}  // namespace qwen3vl
