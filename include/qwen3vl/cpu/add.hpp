#pragma once

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/add.hpp>

namespace qwen3vl {

/// Pieces of rows a thread. Bound by memory: reads two tensors, writes one.
template <> struct AddKernel<Cpu> {
  template <Element T> static void run(Cpu& cpu, View<const T, 2> update, View<T, 2> x) {
    const std::int64_t channels = x.shape[1];
    cpu.parallel_ranges(x.shape[0], 16384 / (channels + 1) + 1,
                        [=](std::int64_t begin, std::int64_t end, int) {
                          for (std::int64_t t = begin; t < end; ++t) {
                            const T* const from = update.data + t * update.stride[0];
                            T* const to = x.data + t * x.stride[0];
                            for (std::int64_t c = 0; c < channels; ++c)
                              to[c] = T(float(to[c]) + float(from[c]));
                          }
                        });
  }
};

}  // namespace qwen3vl
