#include <qwen3vl/cuda/activate.cuh>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/silu.hpp>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

namespace {

template <class A> void activate_case(bench::DeviceRun& run) {
  const auto x = run.tensors<bf16>({run["tokens"], run["channels"]}),
             out = run.tensors<bf16>({run["tokens"], run["channels"]});
  run.bytes(x.bytes() + out.bytes(), bench::Bound::copy);
  run.measure([&](std::int64_t i) { activate(run.on, A{}, x[i], out[i]); });
}

}  // namespace

const bench::DeviceCase activate_multiply_cuda{
    "activate_multiply, SiLU",  // SwiGLU of 8B and of 2B
    {"tokens", "channels"},
    {{1, 12288}, {4096, 12288}, {4096, 6144}},
    [](bench::DeviceRun& run) {
      const auto gate = run.tensors<bf16>({run["tokens"], run["channels"]}),
                 up = run.tensors<bf16>({run["tokens"], run["channels"]}),
                 out = run.tensors<bf16>({run["tokens"], run["channels"]});
      run.bytes(3 * gate.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { activate_multiply(run.on, SiLU{}, gate[i], up[i], out[i]); });
    }};
const bench::DeviceCase gelu_tanh_cuda{
    "activate, GeluTanh", {"tokens", "channels"}, {{4096, 4304}}, activate_case<GeluTanh>};  // 8B's ViT
const bench::DeviceCase gelu_erf_cuda{
    "activate, GeluErf", {"tokens", "channels"}, {{1024, 4608}}, activate_case<GeluErf>};  // its mergers
