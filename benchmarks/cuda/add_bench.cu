#include <qwen3vl/cuda/add.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

const bench::DeviceCase add_cuda{"add",  // of 8B: decode, prefill; its tower
                                 {"tokens", "channels"},
                                 {{1, 4096}, {4096, 4096}, {4096, 1152}},
                                 [](bench::DeviceRun& run) {
                                   const auto update = run.tensors<bf16>({run["tokens"], run["channels"]}),
                                              x = run.tensors<bf16>({run["tokens"], run["channels"]});
                                   run.bytes(3 * x.bytes(), bench::Bound::copy);
                                   run.measure([&](std::int64_t i) { add(run.on, update[i], x[i]); });
                                 }};
