#pragma once

#include <cmath>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/vector.hpp>
#include <qwen3vl/ops/rms_norm.hpp>

namespace qwen3vl {

/// Pieces of rows a thread. The row stays in L1 between the two passes.
template <> struct RMSNormKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> x, View<const T, 1> weight, float eps, View<T, 2> out) {
    const std::int64_t tokens = x.shape[0], channels = x.shape[1];
    cpu.parallel_ranges(tokens, 16384 / (channels + 1) + 1, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t) {
        const T* const row = x.data + t * x.stride[0];
        T* const to = out.data + t * out.stride[0];
        const float scale = 1 / std::sqrt(sum_of_squares(row, channels) / float(channels) + eps);
        for (std::int64_t c = 0; c < channels; ++c)
          to[c] = T(float(weight.data[c]) * float(T(float(row[c]) * scale)));
      }
    });
  }
};

}  // namespace qwen3vl
