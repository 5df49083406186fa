#include <qwen3vl/cpu/layer_norm.hpp>

#include "../support/bench.hpp"

using namespace qwen3vl;

const bench::Case layer_norm_cpu{
    "layer_norm/cpu/bf16",  // a 448 × 448 image and a large one; channels of 2B's tower and of 8B's
    bench::grid({{"threads", {1, 2}}, {"patches", {784, 4096}}, {"channels", {1024, 1152}}}),
    [](bench::Run& run) {
      Cpu cpu(run["threads"]);
      auto x = run.tensor<bf16>(cpu, {run["patches"], run["channels"]});
      auto weight = run.tensor<bf16>(cpu, {run["channels"]}), bias = run.tensor<bf16>(cpu, {run["channels"]});
      auto out = run.tensor<bf16>(cpu, {run["patches"], run["channels"]});
      run.bytes(bench::bytes(x) + 2 * bench::bytes(weight) + bench::bytes(out), bench::Ceiling::copy);
      run.measure(cpu, [&] { layer_norm(cpu, x, weight, bias, 1e-6f, out); });
    }};
