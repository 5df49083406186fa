#include <qwen3vl/cpu/linear.hpp>

#include <algorithm>

#include "../support/bench.hpp"

using namespace qwen3vl;

namespace {

/// A weight that no cache keeps between two calls: so many of them that they fill 256 MiB, taken in turn.
template <class T> struct Weights {
  std::int64_t out, count;
  View<T, 2> all;

  Weights(bench::Run& run, Cpu& cpu, std::int64_t outputs, std::int64_t in)
      : out(outputs), count(std::max<std::int64_t>(1, (256 << 20) / std::int64_t(outputs * in * sizeof(T)))) {
    all = run.tensor<T>(cpu, {count * outputs, in});
  }
  View<T, 2> turn(std::int64_t call) const { return all.rows(call % count * out, out); }
};

template <class T> void linear_case(bench::Run& run) {
  Cpu cpu(run["threads"]);
  const Weights<T> weights(run, cpu, run["out"], run["in"]);
  auto x = run.tensor<T>(cpu, {run["tokens"], run["in"]}),
       out = run.tensor<T>(cpu, {run["tokens"], run["out"]});
  if (run["tokens"] <= 8)  // every weight is read once and hardly used: the memory's work
    run.bytes(bench::bytes(weights.turn(0)) + bench::bytes(x) + bench::bytes(out), bench::Ceiling::read);
  else
    run.flops(2ll * run["tokens"] * run["in"] * run["out"]);
  run.measure(cpu, [&](std::int64_t call) { linear(cpu, x, weights.turn(call), {}, out); });
}

}  // namespace

const bench::Case linear_decode_cpu{
    "linear/cpu/bf16/decode",  // gate_proj, down_proj and head of 2B; gate_proj of 8B
    bench::rows({"tokens", "in", "out"}, {{1, 2048, 2048},
                                          {1, 2048, 6144},
                                          {1, 6144, 2048},
                                          {1, 2048, 151936},
                                          {1, 4096, 12288},
                                          {4, 2048, 6144},
                                          {8, 2048, 6144}}),
    linear_case<bf16>};

const bench::Case linear_prefill_cpu{
    "linear/cpu/bf16/prefill",  // the same; fc1 of 2B's vision tower for a 448 × 448 image
    bench::rows({"tokens", "in", "out"}, {{16, 2048, 6144},
                                          {64, 2048, 6144},
                                          {256, 2048, 6144},
                                          {256, 6144, 2048},
                                          {256, 4096, 12288},
                                          {784, 1024, 4096}}),
    linear_case<bf16>};

const bench::Case linear_f32_cpu{"linear/cpu/f32",
                                 bench::rows({"tokens", "in", "out"}, {{1, 2048, 6144}, {256, 2048, 6144}}),
                                 linear_case<float>};
