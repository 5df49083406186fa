#pragma once

#include <type_traits>

#include <qwen3vl/cpu/bf16_tiles.hpp>
#include <qwen3vl/ops/linear.hpp>

namespace qwen3vl {

/// The backend's policy of matrix products does it: Cpu::Matmul, unless a derived backend names another.
template <> struct LinearKernel<Cpu> {
  template <class On, Element T>
  static void run(On& cpu, View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias,
                  View<T, 2> out) {
    On::Matmul::run(cpu, x, weight, bias, out);
  }
};

}  // namespace qwen3vl
