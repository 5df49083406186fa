#include <qwen3vl/cuda/rms_norm.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

const bench::DeviceCase rms_norm_cuda{
    "rms_norm",  // of 8B: decode and prefill, rows and heads of q; of 2B
    {"tokens", "channels"},
    {{1, 4096}, {32, 128}, {4096, 4096}, {4096 * 32, 128}, {4096, 2048}},
    [](bench::DeviceRun& run) {
      const auto x = run.tensors<bf16>({run["tokens"], run["channels"]}),
                 out = run.tensors<bf16>({run["tokens"], run["channels"]});
      const auto weight = run.tensors<bf16>({run["channels"]});
      run.bytes(x.bytes() + weight.bytes() + out.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { rms_norm(run.on, x[i], weight[i], 1e-6f, out[i]); });
    }};
