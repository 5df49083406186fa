#include <qwen3vl/cuda/attend.cuh>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

namespace {

/// `pairs` of a query and a key are looked at, in each head. `Parts` of a weight: cuda/attend_tiles.cuh; 0 is the op.
template <int Parts = 0, class M> void attend_case(bench::DeviceRun& run, M mask, std::int64_t pairs) {
  const std::int64_t queries = run["queries"], rows = run["keys"], heads = run["heads"],
                     head_dim = run["head_dim"];
  const auto q = run.tensors<bf16>({queries, heads, head_dim}),
             out = run.tensors<bf16>({queries, heads, head_dim});
  const auto keys = run.cache<bf16>(rows, run["kv_heads"], head_dim),
             values = run.cache<bf16>(rows, run["kv_heads"], head_dim);
  const auto segments =
      run.list(std::vector<Segment>{{0, static_cast<int>(queries), 0, static_cast<int>(rows), 0}});
  run.bytes(q.bytes() + keys.bytes() + values.bytes() + out.bytes(), bench::Bound::read);
  run.operations(4 * heads * head_dim * pairs);  // q·kᵀ and p·v
  const float scale = 1 / std::sqrt(static_cast<float>(head_dim));
  run.measure([&](std::int64_t i) {
    if constexpr (Parts == 0)
      attend(run.on, mask, segments, q[i], keys[i], values[i], scale, out[i]);
    else
      attend_tiles<Parts, M, bf16>(run.on, mask, segments, q[i], keys[i], values[i], scale, out[i]);
  });
}

/// Of queries that end where the keys do.
std::int64_t causal_pairs(const bench::DeviceRun& run) {
  const std::int64_t n = run["queries"], past = run["keys"] - n;
  return n * past + n * (n + 1) / 2;
}

}  // namespace

const bench::DeviceCase attend_prefill_cuda{
    "attend, prefill",  // of 8B whole and as the last chunk of a long prompt; of 2B
    {"queries", "keys", "heads", "kv_heads", "head_dim"},
    {{1024, 1024, 32, 8, 128},
     {4096, 4096, 32, 8, 128},
     {16384, 16384, 32, 8, 128},
     {4096, 32768, 32, 8, 128},
     {4096, 4096, 16, 8, 128}},
    [](bench::DeviceRun& run) { attend_case(run, CausalMask{}, causal_pairs(run)); }};

const bench::DeviceCase attend_decode_cuda{
    "attend, decode",  // of 8B, and of 2B
    {"queries", "keys", "heads", "kv_heads", "head_dim"},
    {{1, 1024, 32, 8, 128}, {1, 8192, 32, 8, 128}, {1, 32768, 32, 8, 128}, {1, 32768, 16, 8, 128}},
    [](bench::DeviceRun& run) { attend_case(run, CausalMask{}, causal_pairs(run)); }};

const bench::DeviceCase attend_vision_cuda{
    "attend, vision",  // a picture of 1024 × 1024 in 8B's tower and in 2B's
    {"queries", "keys", "heads", "kv_heads", "head_dim"},
    {{4096, 4096, 16, 16, 72}, {4096, 4096, 16, 16, 64}},
    [](bench::DeviceRun& run) { attend_case(run, FullMask{}, run["queries"] * run["keys"]); }};

const bench::DeviceCase attend_rounded_cuda{
    "attend, weights rounded to bf16",  // what the second part of a weight costs: prefill of 8B, its tower
    {"queries", "keys", "heads", "kv_heads", "head_dim"},
    {{4096, 4096, 32, 8, 128}, {16384, 16384, 32, 8, 128}},
    [](bench::DeviceRun& run) { attend_case<1>(run, CausalMask{}, causal_pairs(run)); }};

const bench::DeviceCase attend_rounded_vision_cuda{
    "attend, weights rounded to bf16, vision",
    {"queries", "keys", "heads", "kv_heads", "head_dim"},
    {{4096, 4096, 16, 16, 72}, {4096, 4096, 16, 16, 64}},
    [](bench::DeviceRun& run) { attend_case<1>(run, FullMask{}, run["queries"] * run["keys"]); }};
