#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/activation/activation.hpp>

/// An activation, element by element, and its gated form (Shazeer 2020, eq. 5):
///
///   activate:           out[t, c] = round_T( act(x[t, c]) )
///   activate_multiply:  out[t, c] = round_T( round_T( act(gate[t, c]) ) · up[t, c] )
///
///   all tensors : [tokens, channels]     out may be x, gate or up
namespace qwen3vl {

template <class B>
struct ActivateKernel {  // specialised once per backend: cpu/activate.hpp, cuda/activate.cuh
  static_assert(has_kernel<B>,
                "activate has no kernel for this backend: include <qwen3vl/cpu/activate.hpp> or "
                "<qwen3vl/cuda/activate.cuh>");
  static void run(auto&&...) {}
  static void multiply(auto&&...) {}
};

template <Backend B, Element T, Activation A> void activate(B& on, A act, In<B, T, 2> x, Out<B, T, 2> out) {
  expect_shape("activate", "out", out, {x.shape[0], x.shape[1]});
  expect_dense_rows("activate", "x", x);
  expect_dense_rows("activate", "out", out);
  ActivateKernel<KernelsOf<B>>::run(on, act, x, out);
}

template <Backend B, Element T, Activation A>
void activate_multiply(B& on, A act, In<B, T, 2> gate, In<B, T, 2> up, Out<B, T, 2> out) {
  expect_shape("activate_multiply", "up", up, {gate.shape[0], gate.shape[1]});
  expect_shape("activate_multiply", "out", out, {gate.shape[0], gate.shape[1]});
  expect_dense_rows("activate_multiply", "gate", gate);
  expect_dense_rows("activate_multiply", "up", up);
  expect_dense_rows("activate_multiply", "out", out);
  ActivateKernel<KernelsOf<B>>::multiply(on, act, gate, up, out);
}

}  // namespace qwen3vl
