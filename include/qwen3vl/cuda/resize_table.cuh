#pragma once

#include <cmath>
#include <cstdint>

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/ops/resize_table.hpp>

namespace qwen3vl {

/// A block owns 1024 channels of a row of out (cuda/elements.cuh): sixteen rows of the table are read.
template <class T>
__global__ void resize_table_kernel(View<const T, 2, Device> table, int from, int to,
                                    View<T, 2, Device> out) {
  const std::int64_t n = blockIdx.x;
  const float step = static_cast<float>(from) / static_cast<float>(to);
  const float y = (static_cast<float>(n / to) + 0.5f) * step - 0.5f,
              x = (static_cast<float>(n % to) + 0.5f) * step - 0.5f;
  const int y0 = static_cast<int>(floorf(y)), x0 = static_cast<int>(floorf(x));
  const auto within_table = [=](int i) { return i < 0 ? 0 : i < from ? i : from - 1; };
  for_own_elements(out.shape[1], [=](std::int64_t, std::int64_t c) {
    float sum = 0;
    for (int i = -1; i <= 2; ++i)
      for (int j = -1; j <= 2; ++j) {
        const std::int64_t tap = std::int64_t(within_table(y0 + i)) * from + within_table(x0 + j);
        sum += cubic_weight(y - static_cast<float>(y0 + i)) * cubic_weight(x - static_cast<float>(x0 + j)) *
               float(table(tap, c));
      }
    out(n, c) = T(sum);
  });
}

template <> struct ResizeTableKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> table, int from, int to, View<T, 2, Device> out) {
    cuda.launch("resize_table", resize_table_kernel<T>, element_grid(out.shape[0], out.shape[1]),
                element_threads, 0, table, from, to, out);
  }
};

}  // namespace qwen3vl
