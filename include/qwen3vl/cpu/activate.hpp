#pragma once

#include <algorithm>

#include <qwen3vl/bridge/eigen.hpp>
#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/vector.hpp>
#include <qwen3vl/ops/activate.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/quick_gelu.hpp>
#include <qwen3vl/ops/activation/silu.hpp>

namespace qwen3vl {

/// A run of floats through an activation, in place. Any policy works one number at a time; those built
/// on exp and tanh go through Eigen's vectorised ones (a few ulp apart, ten times as fast).
template <Activation A> struct ActivateRun {
  static void apply(A act, float* x, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) x[i] = act(x[i]);
  }
};
template <> struct ActivateRun<SiLU> {
  static void apply(SiLU, float* x, std::int64_t n) {
    Eigen::Map<Eigen::ArrayXf> v(x, n);
    v = v / (1.0f + (-v).exp());
  }
};
template <> struct ActivateRun<QuickGelu> {
  static void apply(QuickGelu, float* x, std::int64_t n) {
    Eigen::Map<Eigen::ArrayXf> v(x, n);
    v = v / (1.0f + (-1.702f * v).exp());
  }
};
template <> struct ActivateRun<GeluTanh> {
  static void apply(GeluTanh, float* x, std::int64_t n) {
    Eigen::Map<Eigen::ArrayXf> v(x, n);
    v = 0.5f * v * (1.0f + (0.7978845608f * (v + 0.044715f * v * v * v)).tanh());
  }
};

/// Runs of 256 elements a thread, widened on the stack; aligned, so that the numbers that Eigen takes one
/// by one, with a last bit of their own, are the same in every run.
template <> struct ActivateKernel<Cpu> {
  static constexpr std::int64_t run_length = 256;

  template <Activation A, Element T> static void run(Cpu& cpu, A act, View<const T, 2> x, View<T, 2> out) {
    for_runs(cpu, out, [=](std::int64_t t, std::int64_t c, std::int64_t n) {
      alignas(64) float v[run_length];
      widen(&x(t, c), n, v);
      ActivateRun<A>::apply(act, v, n);
      for (std::int64_t i = 0; i < n; ++i) out(t, c + i) = T(v[i]);
    });
  }

  template <Activation A, Element T>
  static void multiply(Cpu& cpu, A act, View<const T, 2> gate, View<const T, 2> up, View<T, 2> out) {
    for_runs(cpu, out, [=](std::int64_t t, std::int64_t c, std::int64_t n) {
      alignas(64) float v[run_length];
      widen(&gate(t, c), n, v);
      ActivateRun<A>::apply(act, v, n);
      for (std::int64_t i = 0; i < n; ++i) out(t, c + i) = T(float(T(v[i])) * float(up(t, c + i)));
    });
  }

 private:
  template <Element T, class F> static void for_runs(Cpu& cpu, View<T, 2> out, F f) {
    const std::int64_t runs = (out.shape[1] + run_length - 1) / run_length;
    cpu.parallel_ranges(out.shape[0] * runs, 16, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t r = begin; r < end; ++r) {
        const std::int64_t c = r % runs * run_length;
        f(r / runs, c, std::min(run_length, out.shape[1] - c));
      }
    });
  }
};

}  // namespace qwen3vl
