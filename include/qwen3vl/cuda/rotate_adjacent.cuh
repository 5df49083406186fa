#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/rotate_adjacent.hpp>

namespace qwen3vl {

/// One pair a thread, as in cuda/rope.cuh. __fmul_rn rounds a product by itself, where the compiler would fuse it with
/// the sum. Bound by memory: reads and writes x.
template <class T>
__global__ void rotate_adjacent_kernel(View<const T, 2, Device> cosine, View<const T, 2, Device> sine,
                                       View<T, 3, Device> x) {
  const std::int64_t half = x.shape[2] / 2;
  for_own_elements(x.shape[1] * half, [=](std::int64_t t, std::int64_t pair) {
    const std::int64_t h = pair / half, i = pair % half;
    T &u = x(t, h, 2 * i), &v = x(t, h, 2 * i + 1);
    const float a = float(u), b = float(v), c = float(cosine(t, i)), s = float(sine(t, i));
    u = T(float(T(__fmul_rn(a, c))) - float(T(__fmul_rn(b, s))));
    v = T(float(T(__fmul_rn(b, c))) + float(T(__fmul_rn(a, s))));
  });
}

template <> struct RotateAdjacentKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> cosine, View<const T, 2, Device> sine,
                  View<T, 3, Device> x) {
    cuda.launch("rotate_adjacent", rotate_adjacent_kernel<T>,
                element_grid(x.shape[0], x.shape[1] * (x.shape[2] / 2)), element_threads, 0, cosine, sine, x);
  }
};

}  // namespace qwen3vl
