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
  after_earlier();
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
    cuda.launch_early("rope_table", rope_table_kernel<R, C>, element_grid(positions.shape[0], rope.pairs()),
                      element_threads, 0, rope, rope_scaling(rope), positions, cosine, sine);
  }
};

/// N neighbouring pairs a thread, both their halves; runs (cuda/elements.cuh) are counted through the heads ·
/// head_dim / 2 pairs of a token. C is the type in which the products are rounded. Bound by memory: reads and
/// writes x; the table is small.
template <int N, class C, class T>
__global__ void rotate_kernel(View<const C, 2, Device> cosine, View<const C, 2, Device> sine,
                              View<T, 3, Device> x) {
  after_earlier();
  const int half = static_cast<int>(x.shape[2] / 2);
  for_own_run<N>(x.shape[1] * half, [=](std::int64_t t, std::int64_t pair) {
    const int h = static_cast<int>(pair) / half, i = static_cast<int>(pair) % half;
    const Floats<N> c = load_floats<N>(&cosine(t, i)), s = load_floats<N>(&sine(t, i));
    Floats<N> u = load_floats<N>(&x(t, h, i)), v = load_floats<N>(&x(t, h, i + half));
#pragma unroll
    for (int j = 0; j < N; ++j) {
      const float a = u.at[j], b = v.at[j];
      u.at[j] = rounded_to<C>(a * c.at[j]) - rounded_to<C>(b * s.at[j]);
      v.at[j] = rounded_to<C>(b * c.at[j]) + rounded_to<C>(a * s.at[j]);
    }
    store_rounded(&x(t, h, i), u);
    store_rounded(&x(t, h, i + half), v);
  });
}

template <> struct RotateKernel<Cuda> {
  template <Element C, Element T>
  static void run(Cuda& cuda, View<const C, 2, Device> cosine, View<const C, 2, Device> sine,
                  View<T, 3, Device> x) {
    const std::int64_t half = x.shape[2] / 2;
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1] * half, n);
      cuda.launch_early("rotate", rotate_kernel<n(), C, T>, blocks, threads, 0, cosine, sine, x);
    };
    constexpr int wide = Sixteen<T>::count, narrow = 4;  // 72 / 2 has four, not eight
    if (half % wide == 0 && has_runs<wide>(x) && has_runs<wide>(cosine) && has_runs<wide>(sine))
      launch(std::integral_constant<int, wide>{});
    else if (half % narrow == 0 && has_runs<narrow>(x) && has_runs<narrow>(cosine) && has_runs<narrow>(sine))
      launch(std::integral_constant<int, narrow>{});
    else
      launch(std::integral_constant<int, 1>{});
  }
};

}  // namespace qwen3vl
