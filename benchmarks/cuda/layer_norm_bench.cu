#include <qwen3vl/cuda/layer_norm.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

const bench::DeviceCase layer_norm_cuda{
    "layer_norm",  // a picture of 1024 × 1024 in 8B's tower: blocks, DeepStack mergers; in 2B's
    {"patches", "channels"},
    {{4096, 1152}, {1024, 4608}, {4096, 1024}},
    [](bench::DeviceRun& run) {
      const auto x = run.tensors<bf16>({run["patches"], run["channels"]}),
                 out = run.tensors<bf16>({run["patches"], run["channels"]});
      const auto weight = run.tensors<bf16>({run["channels"]}), bias = run.tensors<bf16>({run["channels"]});
      run.bytes(x.bytes() + 2 * weight.bytes() + out.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { layer_norm(run.on, x[i], weight[i], bias[i], 1e-6f, out[i]); });
    }};
