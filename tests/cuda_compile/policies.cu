// Compiled for the device, run nowhere: what core/ and ops/ mark QWEN3VL_HD, called from kernels that
// take views and policies by value. It shows that they compile under nvcc as C++20, without flags.
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/quick_gelu.hpp>
#include <qwen3vl/ops/activation/relu.hpp>
#include <qwen3vl/ops/activation/silu.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>
#include <qwen3vl/ops/rope/axial_2d.hpp>
#include <qwen3vl/ops/rope/mrope_chunked.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope/standard.hpp>

namespace {
using namespace qwen3vl;

template <class T, class Act>
__global__ void activate(Act act, View<const T, 2, Device> x, View<T, 2, Device> out) {
  const std::int64_t t = blockIdx.x, c = threadIdx.x;
  out(t, c) = T(act(float(x(t, c))));
}

template <class Rope>
__global__ void angles(Rope rope, View<const Position, 1, Device> at, View<float, 2, Device> out) {
  const std::int64_t t = blockIdx.x;
  const int pair = threadIdx.x;
  if (pair < rope.pairs()) out(t, pair) = rope.angle(at(t), pair) * rope_scaling(rope);
}

template <class Mask> __global__ void visible(Mask mask, Segment segment, View<KeyRange, 1, Device> out) {
  out(threadIdx.x) = mask.visible(segment, threadIdx.x);
}

template <class T> __global__ void views(View<T, 2, Device> x, View<T, 3, Device> out) {
  const auto heads = split_last(columns(x.rows(1, 2), 0, 8), 2, 4);
  const View<const T, 3, Device> constant = heads;
  if (constant.contiguous() && !out.empty()) out[0](0, 0) = reshape<1>(x, {x.size()})(threadIdx.x);
}

template <class T, class... Act> void launch_activations(View<T, 2, Device> x, Act... act) {
  (activate<T><<<1, 1>>>(act, x, x), ...);
}
template <class... Rope>
void launch_angles(View<Position, 1, Device> at, View<float, 2, Device> out, Rope... rope) {
  (angles<<<1, 1>>>(rope, at, out), ...);
}
}  // namespace

void launch_everything() {
  launch_activations(View<float, 2, Device>(), SiLU{}, ReLU{}, QuickGelu{}, GeluErf{}, GeluTanh{});
  launch_activations(View<bf16, 2, Device>(), SiLU{}, GeluTanh{});
  launch_activations(View<f16, 2, Device>(), SiLU{}, GeluTanh{});
  launch_angles({}, {}, StandardRoPE{128, 1e6f}, MRoPEChunked{128, 1e6f, 16, 24},
                MRoPEInterleaved{128, 5e6f, 20, 20}, Axial2D{72});
  visible<<<1, 1>>>(CausalMask{}, Segment{}, {});
  visible<<<1, 1>>>(FullMask{}, Segment{}, {});
  views<<<1, 1>>>(View<float, 2, Device>(), View<float, 3, Device>());
}
