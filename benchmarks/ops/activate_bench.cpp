#include <qwen3vl/cpu/activate.hpp>

#include "../support/bench.hpp"

using namespace qwen3vl;

namespace {

template <class A> void activate_case(bench::Run& run) {
  Cpu cpu(run["threads"]);
  auto x = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]}),
       out = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]});
  run.bytes(bench::bytes(x) + bench::bytes(out), bench::Ceiling::copy);
  run.measure(cpu, [&] { activate(cpu, A{}, x, out); });
}

}  // namespace

const bench::Case activate_multiply_cpu{
    "activate_multiply/silu",  // SwiGLU of 2B and 8B
    bench::rows({"tokens", "channels"}, {{1, 6144}, {256, 6144}, {256, 12288}}), [](bench::Run& run) {
      Cpu cpu(run["threads"]);
      auto gate = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]}),
           up = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]}),
           out = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]});
      run.bytes(3 * bench::bytes(gate), bench::Ceiling::copy);
      run.measure(cpu, [&] { activate_multiply(cpu, SiLU{}, gate, up, out); });
    }};
const bench::Case gelu_tanh_cpu{"activate/gelu_tanh", bench::rows({"tokens", "channels"}, {{784, 4096}}),
                                activate_case<GeluTanh>};  // the ViT block's MLP, a 448 × 448 image
const bench::Case gelu_erf_cpu{"activate/gelu_erf", bench::rows({"tokens", "channels"}, {{196, 4096}}),
                               activate_case<GeluErf>};  // a merger's
