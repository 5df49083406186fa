#include <qwen3vl/cuda/linear.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

namespace {

void linear_case(bench::DeviceRun& run, bool biased) {
  const std::int64_t tokens = run["tokens"], in = run["in"], outputs = run["out"];
  const auto x = run.tensors<bf16>({tokens, in}), weight = run.tensors<bf16>({outputs, in}),
             out = run.tensors<bf16>({tokens, outputs});
  const auto bias = run.tensors<bf16>({outputs});
  run.bytes(weight.bytes() + x.bytes() + out.bytes(), bench::Bound::read);
  run.operations(2 * tokens * in * outputs);
  run.measure([&](std::int64_t i) {
    linear(run.on, x[i], weight[i],
           biased ? View<const bf16, 1, Device>(bias[i]) : View<const bf16, 1, Device>(), out[i]);
  });
}

}  // namespace

const bench::DeviceCase linear_decode_cuda{
    "linear, decode",  // of 8B: q and o, k and v, gate and up, down, head; of 2B: gate and up, down; some tokens
    {"tokens", "in", "out"},
    {{1, 4096, 4096},
     {1, 4096, 1024},
     {1, 4096, 12288},
     {1, 12288, 4096},
     {1, 4096, 151936},
     {1, 2048, 6144},
     {1, 6144, 2048},
     {4, 4096, 12288},
     {8, 4096, 12288},
     {64, 4096, 12288}},
    [](bench::DeviceRun& run) { linear_case(run, false); }};

const bench::DeviceCase linear_prefill_cuda{"linear, prefill",  // the same of 8B; gate and down of 2B
                                            {"tokens", "in", "out"},
                                            {{1024, 4096, 12288},
                                             {4096, 4096, 4096},
                                             {4096, 4096, 1024},
                                             {4096, 4096, 12288},
                                             {4096, 12288, 4096},
                                             {4096, 2048, 6144},
                                             {4096, 6144, 2048}},
                                            [](bench::DeviceRun& run) { linear_case(run, false); }};

const bench::DeviceCase linear_vision_cuda{
    "linear, vision",  // a picture of 1024 × 1024 in 8B's tower: patch embedding, qkv, proj, fc1, fc2, merger
    {"tokens", "in", "out"},
    {{4096, 1536, 1152},
     {4096, 1152, 3456},
     {4096, 1152, 1152},
     {4096, 1152, 4304},
     {4096, 4304, 1152},
     {1024, 4608, 4608}},
    [](bench::DeviceRun& run) { linear_case(run, true); }};
