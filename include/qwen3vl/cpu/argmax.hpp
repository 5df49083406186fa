#pragma once

#include <cstddef>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/argmax.hpp>
#include <qwen3vl/ops/sampling/argmax.hpp>

namespace qwen3vl {

/// A row a thread.
template <> struct ArgmaxKernel<Cpu> {
  static void run(Cpu& cpu, View<const float, 2> scores, View<int, 1> ids) {
    cpu.parallel_for(scores.shape[0], [=](std::int64_t r) {
      ids(r) = find_largest({&scores(r, 0), static_cast<std::size_t>(scores.shape[1])});
    });
  }
};

}  // namespace qwen3vl
