#pragma once

#include <cmath>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/grid.hpp>

/// The classical position encoding (Vaswani et al. 2017, §3.5), of no Qwen model:
///
///   x[t, 2j]     ← round_T( x[t, 2j]     + sin(p · 10000^(−2j/channels)) )
///   x[t, 2j + 1] ← round_T( x[t, 2j + 1] + cos(p · 10000^(−2j/channels)) )        p = positions[t].t
///
///   positions : [tokens]     x : [tokens, channels], channels even
namespace qwen3vl {

/// What is added to channel c at position p.
QWEN3VL_HD inline float sinusoid(int p, std::int64_t c, std::int64_t channels) {
  const float angle =
      static_cast<float>(p) / powf(10000.0f, static_cast<float>(c / 2 * 2) / static_cast<float>(channels));
  return c % 2 == 0 ? sinf(angle) : cosf(angle);
}

template <class B> struct SinusoidalKernel {  // specialised once per backend: cpu/fusion.hpp, cuda/fusion.cuh
  static_assert(has_kernel<B>,
                "add_sinusoidal has no kernel for this backend: include <qwen3vl/cpu/fusion.hpp> or "
                "<qwen3vl/cuda/fusion.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T> void add_sinusoidal(B& on, In<B, Position, 1> positions, Out<B, T, 2> x) {
  expect_shape("add_sinusoidal", "positions", positions, {x.shape[0]});
  expect(x.shape[1] % 2 == 0, "add_sinusoidal", "the number of channels is odd");
  expect_dense_rows("add_sinusoidal", "x", x);
  SinusoidalKernel<KernelsOf<B>>::run(on, positions, x);
}

}  // namespace qwen3vl
