#pragma once

#include <cmath>

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/rotate.hpp>

namespace qwen3vl {

/// One angle a thread (cuda/elements.cuh). Any RoPE policy: it runs here, its angle is all that is asked.
template <class R, class C>
__global__ void rope_table_kernel(R rope, float scaling, View<const Position, 1, Device> positions,
                                  View<C, 2, Device> cosine, View<C, 2, Device> sine) {
  for_own_elements(cosine.shape[1], [=](std::int64_t t, std::int64_t i) {
    const float angle = rope.angle(positions(t), static_cast<int>(i));
    cosine(t, i) = C(cosf(angle) * scaling);
    sine(t, i) = C(sinf(angle) * scaling);
  });
}

template <> struct RopeTableKernel<Cuda> {
  template <RoPE R, Element C>
  static void run(Cuda& cuda, R rope, View<const Position, 1, Device> positions, View<C, 2, Device> cosine,
                  View<C, 2, Device> sine) {
    cuda.launch("rope_table", rope_table_kernel<R, C>, element_grid(positions.shape[0], rope.pairs()),
                element_threads, 0, rope, rope_scaling(rope), positions, cosine, sine);
  }
};

/// One pair a thread: a block owns 1024 of the heads · head_dim / 2 pairs of a token. C is the type in which
/// the products are rounded. Bound by memory: reads and writes x; the table is small.
template <class C, class T>
__global__ void rotate_kernel(View<const C, 2, Device> cosine, View<const C, 2, Device> sine,
                              View<T, 3, Device> x) {
  const std::int64_t half = x.shape[2] / 2;
  for_own_elements(x.shape[1] * half, [=](std::int64_t t, std::int64_t pair) {
    const std::int64_t h = pair / half, i = pair % half;
    const float c = float(cosine(t, i)), s = float(sine(t, i));
    T &u = x(t, h, i), &v = x(t, h, i + half);
    const float a = float(u), b = float(v);
    u = T(float(C(a * c)) - float(C(b * s)));
    v = T(float(C(b * c)) + float(C(a * s)));
  });
}

template <> struct RotateKernel<Cuda> {
  template <Element C, Element T>
  static void run(Cuda& cuda, View<const C, 2, Device> cosine, View<const C, 2, Device> sine,
                  View<T, 3, Device> x) {
    cuda.launch("rotate", rotate_kernel<C, T>, element_grid(x.shape[0], x.shape[1] * (x.shape[2] / 2)),
                element_threads, 0, cosine, sine, x);
  }
};

}  // namespace qwen3vl
