#include <qwen3vl/cuda/experts.cuh>

#include <qwen3vl/cuda/grouped_linear.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

namespace {

/// The experts of 30B-A3B: 128, of which a token visits 8.
constexpr std::int64_t experts = 128, k = 8;

/// k experts a token, each as often as another.
std::vector<int> visits(std::int64_t tokens) {
  std::vector<int> list;
  for (std::int64_t t = 0; t < tokens; ++t)
    for (std::int64_t j = 0; j < k; ++j)
      list.push_back(static_cast<int>((t * 37 + j * (2 * (t % 8) + 1) * 7) % experts));
  return list;
}

View<const int, 1, Device> groups(bench::DeviceRun& run, std::int64_t tokens, std::int64_t& visited) {
  std::vector<int> begin(experts + 1, 0);
  for (const int e : visits(tokens)) ++begin[static_cast<std::size_t>(e) + 1];
  visited = 0;
  for (std::size_t e = 1; e < begin.size(); ++e) visited += begin[e] > 0, begin[e] += begin[e - 1];
  return run.list(begin);
}

}  // namespace

const bench::DeviceCase route_cuda{
    "route", {"tokens"}, {{1}, {64}, {4096}}, [](bench::DeviceRun& run) {
      const std::int64_t tokens = run["tokens"];
      const auto logits = run.tensors<bf16>({tokens, experts}), share = run.tensors<bf16>({tokens, k});
      const auto list = run.list(std::vector<int>(static_cast<std::size_t>(tokens * k)));
      const View<int, 2, Device> chosen(const_cast<int*>(list.data), {tokens, k});
      run.bytes(logits.bytes() + 3 * share.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { route(run.on, logits[i], chosen, share[i]); });
    }};

const bench::DeviceCase group_by_expert_cuda{
    "group_by_expert", {"tokens"}, {{1}, {64}, {4096}, {16384}}, [](bench::DeviceRun& run) {
      const std::int64_t tokens = run["tokens"], pairs = tokens * k;
      const View<const int, 2, Device> chosen(run.list(visits(tokens)).data, {tokens, k});
      const auto list = run.list(std::vector<int>(static_cast<std::size_t>(2 * pairs + experts + 1)));
      int* const to = const_cast<int*>(list.data);
      run.bytes(3 * pairs * std::int64_t(sizeof(int)), bench::Bound::copy);
      run.measure([&](std::int64_t) {
        group_by_expert(run.on, chosen, View<int, 2, Device>(to, {tokens, k}),
                        View<int, 1, Device>(to + pairs, {pairs}),
                        View<int, 1, Device>(to + 2 * pairs, {experts + 1}));
      });
    }};

const bench::DeviceCase grouped_linear_cuda{
    "grouped_linear",  // gate and up, down
    {"tokens", "in", "out"},
    {{1, 2048, 1536},
     {1, 768, 2048},
     {4, 2048, 1536},
     {16, 2048, 1536},
     {64, 2048, 1536},
     {65, 2048, 1536},
     {256, 2048, 1536},
     {1024, 2048, 1536},
     {4096, 2048, 1536},
     {4096, 768, 2048}},
    [](bench::DeviceRun& run) {
      const std::int64_t rows = run["tokens"] * k, in = run["in"], outputs = run["out"];
      const auto x = run.tensors<bf16>({rows, in}), weight = run.tensors<bf16>({experts * outputs, in}),
                 out = run.tensors<bf16>({rows, outputs});
      std::int64_t visited = 0;
      const auto begin = groups(run, run["tokens"], visited);
      run.bytes(weight.bytes() / experts * visited + x.bytes() + out.bytes(), bench::Bound::read);
      run.operations(2 * rows * in * outputs);
      run.measure([&](std::int64_t i) {
        grouped_linear(run.on, x[i], View<const bf16, 3, Device>(weight[i].data, {experts, outputs, in}),
                       begin, out[i]);
      });
    }};

const bench::DeviceCase combine_experts_cuda{
    "combine_experts", {"tokens", "channels"}, {{1, 2048}, {4096, 2048}}, [](bench::DeviceRun& run) {
      const std::int64_t tokens = run["tokens"], channels = run["channels"];
      const auto y = run.tensors<bf16>({tokens * k, channels}), share = run.tensors<bf16>({tokens, k}),
                 out = run.tensors<bf16>({tokens, channels});
      std::vector<int> rows(static_cast<std::size_t>(tokens * k));  // each once, a token's far apart
      for (std::int64_t t = 0; t < tokens; ++t)
        for (std::int64_t j = 0; j < k; ++j)
          rows[static_cast<std::size_t>(t * k + j)] = static_cast<int>(j * tokens + t);
      const View<const int, 2, Device> place(run.list(rows).data, {tokens, k});
      run.bytes(y.bytes() + out.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { combine_experts(run.on, y[i], place, share[i], out[i]); });
    }};
