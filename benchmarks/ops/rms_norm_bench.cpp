#include <qwen3vl/cpu/rms_norm.hpp>

#include "../support/bench.hpp"

using namespace qwen3vl;

const bench::Case rms_norm_cpu{
    "rms_norm/cpu/bf16",  // decode, short and long prefill; hidden_size of 2B and 8B
    bench::grid({{"threads", {1, 2}}, {"tokens", {1, 64, 2048}}, {"channels", {2048, 4096}}}),
    [](bench::Run& run) {
      Cpu cpu(run["threads"]);
      auto x = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]});
      auto weight = run.tensor<bf16>(cpu, {run["channels"]});
      auto out = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]});
      run.bytes(bench::bytes(x) + bench::bytes(weight) + bench::bytes(out), bench::Ceiling::copy);
      run.measure(cpu, [&] { rms_norm(cpu, x, weight, 1e-6f, out); });
    }};
