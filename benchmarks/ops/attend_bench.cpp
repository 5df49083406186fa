#include <qwen3vl/cpu/attend.hpp>

#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>

#include "../support/bench.hpp"

using namespace qwen3vl;

namespace {

template <class M> void attend_case(bench::Run& run, M mask, std::int64_t seen) {
  Cpu cpu(run["threads"]);
  const std::int64_t queries = run["queries"], keys = run["keys"], heads = run["heads"], d = run["head_dim"];
  auto q = run.tensor<bf16>(cpu, {queries, heads, d}), out = run.tensor<bf16>(cpu, {queries, heads, d});
  auto k = run.tensor<bf16>(cpu, {keys, run["kv_heads"], d}),
       v = run.tensor<bf16>(cpu, {keys, run["kv_heads"], d});
  const auto segments =
      run.list(cpu, std::vector<Segment>{{0, static_cast<int>(queries), 0, static_cast<int>(keys), 0}});
  if (queries == 1)
    run.bytes(bench::bytes(k) + bench::bytes(v), bench::Ceiling::read);
  else
    run.flops(4 * heads * d * seen);  // q·kᵀ and p·v, of the pairs that are seen
  run.measure(cpu, [&] { attend(cpu, mask, segments, q, k, v, 0.1f, out); });
}

}  // namespace

const bench::Case attend_decode_cpu{
    "attend/cpu/bf16/decode",  // a token of 2B and 8B behind a context
    bench::rows({"queries", "keys", "heads", "kv_heads", "head_dim"},
                {{1, 512, 16, 8, 128}, {1, 8192, 16, 8, 128}, {1, 8192, 32, 8, 128}}),
    [](bench::Run& run) { attend_case(run, CausalMask{}, run["keys"]); }};

const bench::Case attend_prefill_cpu{"attend/cpu/bf16/prefill",
                                     bench::rows({"queries", "keys", "heads", "kv_heads", "head_dim"},
                                                 {{256, 256, 16, 8, 128}, {2048, 2048, 16, 8, 128}}),
                                     [](bench::Run& run) {
                                       attend_case(run, CausalMask{},
                                                   std::int64_t(run["keys"]) * (run["keys"] + 1) / 2);
                                     }};

const bench::Case attend_vision_cpu{
    "attend/cpu/bf16/vision",  // a 448 × 448 image in 2B's tower and in 8B's
    bench::rows({"queries", "keys", "heads", "kv_heads", "head_dim"},
                {{784, 784, 16, 16, 64}, {784, 784, 16, 16, 72}}),
    [](bench::Run& run) { attend_case(run, FullMask{}, std::int64_t(run["queries"]) * run["keys"]); }};
