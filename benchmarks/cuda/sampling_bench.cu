#include <qwen3vl/cuda/argmax.cuh>
#include <qwen3vl/cuda/choose.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

const bench::DeviceCase argmax_cuda{
    "argmax", {"rows", "vocab"}, {{1, 151936}, {8, 151936}}, [](bench::DeviceRun& run) {
      const auto logits = run.tensors<float>({run["rows"], run["vocab"]});
      const auto ids = run.list(std::vector<int>(static_cast<std::size_t>(run["rows"])));
      const View<int, 1, Device> chosen(const_cast<int*>(ids.data), {run["rows"]});
      run.bytes(logits.bytes(), bench::Bound::read);
      run.measure([&](std::int64_t i) { argmax(run.on, logits[i], chosen); });
    }};

const bench::DeviceCase choose_cuda{
    "choose",  // from all, by top-k, by top-p, by both, and with penalties
    {"vocab", "top_k", "top_p %", "penalties"},
    {{151936, 0, 100, 0}, {151936, 20, 100, 0}, {151936, 0, 95, 0}, {151936, 20, 80, 0}, {151936, 20, 80, 1}},
    [](bench::DeviceRun& run) {
      const SamplingOptions options{.temperature = 0.7,
                                    .top_k = static_cast<int>(run["top_k"]),
                                    .top_p = static_cast<double>(run["top_p %"]) / 100,
                                    .presence_penalty = run["penalties"] ? 1.5 : 0.0};
      const auto logits = run.tensors<float>({run["vocab"]});
      const auto counts = run.list(std::vector<int>(static_cast<std::size_t>(run["vocab"] + 1)));
      int* const to = const_cast<int*>(counts.data);
      const View<int, 1, Device> chosen(to, {1}), uses(to + 1, {run["vocab"]});
      ChoiceMemory<Cuda> memory(run.on, options, run["vocab"]);
      run.bytes(logits.bytes() * (run["penalties"] ? 2 : 1), bench::Bound::read);
      run.measure([&](std::int64_t i) { choose(run.on, memory, logits[i], options, 0.37, uses, chosen); });
    }};
