#pragma once

#include <algorithm>
#include <cmath>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/mean_rows.hpp>
#include <qwen3vl/ops/mix_levels.hpp>
#include <qwen3vl/ops/sinusoidal.hpp>
#include <qwen3vl/ops/softmax.hpp>

/// The ops of the article variants and of the classical baseline. Plain loops: they are for comparing.
namespace qwen3vl {

template <> struct MeanRowsKernel<Cpu> {
  template <Element T> static void run(Cpu&, View<const T, 2> x, View<T, 2> out) {
    for (std::int64_t c = 0; c < x.shape[1]; ++c) {
      float sum = 0;
      for (std::int64_t t = 0; t < x.shape[0]; ++t) sum += float(x(t, c));
      out(0, c) = T(x.shape[0] > 0 ? sum / static_cast<float>(x.shape[0]) : 0.0f);
    }
  }
};

template <> struct SoftmaxKernel<Cpu> {
  template <Element T> static void run(Cpu&, View<const T, 2> x, View<T, 2> out) {
    for (std::int64_t t = 0; t < x.shape[0]; ++t) {
      float largest = float(x(t, 0)), sum = 0;
      for (std::int64_t c = 1; c < x.shape[1]; ++c) largest = std::max(largest, float(x(t, c)));
      for (std::int64_t c = 0; c < x.shape[1]; ++c) sum += std::exp(float(x(t, c)) - largest);
      for (std::int64_t c = 0; c < x.shape[1]; ++c) out(t, c) = T(std::exp(float(x(t, c)) - largest) / sum);
    }
  }
};

template <> struct MixLevelsKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 3> levels, View<const T, 2> weight, View<T, 2> out) {
    cpu.parallel_ranges(out.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t)
        for (std::int64_t c = 0; c < out.shape[1]; ++c) {
          float sum = 0;
          for (std::int64_t i = 0; i < levels.shape[0]; ++i)
            sum += float(weight(0, i)) * float(levels(i, t, c));
          out(t, c) = T(sum);
        }
    });
  }
};

template <> struct SinusoidalKernel<Cpu> {
  template <Element T> static void run(Cpu& cpu, View<const Position, 1> positions, View<T, 2> x) {
    cpu.parallel_ranges(x.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t)
        for (std::int64_t c = 0; c < x.shape[1]; ++c)
          x(t, c) = T(float(x(t, c)) + sinusoid(positions(t).t, c, x.shape[1]));
    });
  }
};

}  // namespace qwen3vl
