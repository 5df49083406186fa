#pragma once

#include <algorithm>
#include <cmath>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/resize_table.hpp>

namespace qwen3vl {

/// One row of out a task: sixteen rows of the table are read.
template <> struct ResizeTableKernel<Cpu> {
  template <Element T> static void run(Cpu& cpu, View<const T, 2> table, int from, int to, View<T, 2> out) {
    const float step = static_cast<float>(from) / static_cast<float>(to);
    cpu.parallel_ranges(out.shape[0], 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t n = begin; n < end; ++n) {
        const float y = (static_cast<float>(n / to) + 0.5f) * step - 0.5f,
                    x = (static_cast<float>(n % to) + 0.5f) * step - 0.5f;
        const int y0 = static_cast<int>(std::floor(y)), x0 = static_cast<int>(std::floor(x));
        for (std::int64_t c = 0; c < out.shape[1]; ++c) {
          float sum = 0;
          for (int i = -1; i <= 2; ++i)
            for (int j = -1; j <= 2; ++j) {
              const int row = std::clamp(y0 + i, 0, from - 1), column = std::clamp(x0 + j, 0, from - 1);
              sum += cubic_weight(y - static_cast<float>(y0 + i)) *
                     cubic_weight(x - static_cast<float>(x0 + j)) * float(table(row * from + column, c));
            }
          out(n, c) = T(sum);
        }
      }
    });
  }
};

}  // namespace qwen3vl
