#pragma once

#include <cmath>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/rotate.hpp>
#include <qwen3vl/ops/rotate_adjacent.hpp>

namespace qwen3vl {

/// One token a task. Any RoPE policy: its angle is all that is asked.
template <> struct RopeTableKernel<Cpu> {
  template <RoPE R, Element C>
  static void run(Cpu& cpu, R rope, View<const Position, 1> positions, View<C, 2> cosine, View<C, 2> sine) {
    const float scaling = rope_scaling(rope);
    cpu.parallel_ranges(positions.shape[0], 8, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t)
        for (int i = 0; i < rope.pairs(); ++i) {
          const float angle = rope.angle(positions(t), i);
          cosine(t, i) = C(std::cos(angle) * scaling);
          sine(t, i) = C(std::sin(angle) * scaling);
        }
    });
  }
};

/// Pieces of tokens a thread, in place. C is the type in which the products are rounded.
template <> struct RotateKernel<Cpu> {
  template <Element C, Element T>
  static void run(Cpu& cpu, View<const C, 2> cosine, View<const C, 2> sine, View<T, 3> x) {
    const std::int64_t heads = x.shape[1], half = x.shape[2] / 2;
    cpu.parallel_ranges(x.shape[0], 8, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t) {
        const C* const cos = cosine.data + t * cosine.stride[0];
        const C* const sin = sine.data + t * sine.stride[0];
        for (std::int64_t h = 0; h < heads; ++h) {
          T* const u = &x(t, h, 0);
          T* const v = u + half;
          for (std::int64_t i = 0; i < half; ++i) {
            const float a = float(u[i]), b = float(v[i]), c = float(cos[i]), s = float(sin[i]);
            u[i] = T(float(C(a * c)) - float(C(b * s)));
            v[i] = T(float(C(b * c)) + float(C(a * s)));
          }
        }
      }
    });
  }
};

template <> struct RotateAdjacentKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> cosine, View<const T, 2> sine, View<T, 3> x) {
    cpu.parallel_ranges(x.shape[0], 8, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t)
        for (std::int64_t h = 0; h < x.shape[1]; ++h)
          for (std::int64_t i = 0; i < x.shape[2] / 2; ++i) {
            T &u = x(t, h, 2 * i), &v = x(t, h, 2 * i + 1);
            const float a = float(u), b = float(v), c = float(cosine(t, i)), s = float(sine(t, i));
            u = T(float(T(a * c)) - float(T(b * s)));
            v = T(float(T(b * c)) + float(T(a * s)));
          }
    });
  }
};

}  // namespace qwen3vl
