#pragma once

#include <cmath>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/vector.hpp>
#include <qwen3vl/ops/layer_norm.hpp>

namespace qwen3vl {

/// Pieces of rows a thread; mean, deviations and result in three passes over a row in L1.
template <> struct LayerNormKernel<Cpu> {
  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> x, View<const T, 1> weight, View<const T, 1> bias, float eps,
                  View<T, 2> out) {
    const std::int64_t tokens = x.shape[0], channels = x.shape[1];
    cpu.parallel_ranges(tokens, 16384 / (channels + 1) + 1, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t t = begin; t < end; ++t) {
        const T* const row = x.data + t * x.stride[0];
        T* const to = out.data + t * out.stride[0];
        const float mean = sum(row, channels, [](float v) { return v; }) / float(channels);
        const float variance =
            sum(row, channels, [mean](float v) { return (v - mean) * (v - mean); }) / float(channels);
        const float scale = 1 / std::sqrt(variance + eps);
        for (std::int64_t c = 0; c < channels; ++c)
          to[c] = T((float(row[c]) - mean) * scale * float(weight.data[c]) + float(bias.data[c]));
      }
    });
  }

 private:
  /// Σ f(x[c]), in sixteen partial sums: the compiler may not reorder a sum, so the order is given.
  template <Element T, class F> static float sum(const T* x, std::int64_t n, F f) {
    float part[lanes] = {}, total = 0;
    std::int64_t c = 0;
    for (; c + lanes <= n; c += lanes)
      for (int l = 0; l < lanes; ++l) part[l] += f(float(x[c + l]));
    for (; c < n; ++c) total += f(float(x[c]));
    for (int l = 0; l < lanes; ++l) total += part[l];
    return total;
  }
};

}  // namespace qwen3vl
