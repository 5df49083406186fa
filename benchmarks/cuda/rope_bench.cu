#include <qwen3vl/cuda/rope.cuh>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

namespace {

/// C is the table's type.
template <class C> void rotate_case(bench::DeviceRun& run) {
  const auto x = run.tensors<bf16>({run["tokens"], run["heads"], run["head_dim"]});
  const auto cosine = run.tensors<C>({run["tokens"], run["head_dim"] / 2}),
             sine = run.tensors<C>({run["tokens"], run["head_dim"] / 2});
  run.bytes(2 * x.bytes() + cosine.bytes() + sine.bytes(), bench::Bound::copy);
  run.measure([&](std::int64_t i) { rotate(run.on, cosine[i], sine[i], x[i]); });
}

}  // namespace

const bench::DeviceCase rotate_text_cuda{"rotate, text",  // q of 8B, k
                                         {"tokens", "heads", "head_dim"},
                                         {{1, 32, 128}, {4096, 32, 128}, {4096, 8, 128}},
                                         rotate_case<bf16>};
const bench::DeviceCase rotate_vision_cuda{"rotate, vision",  // a table of float, as the towers have
                                           {"tokens", "heads", "head_dim"},
                                           {{4096, 16, 72}, {4096, 16, 64}},
                                           rotate_case<float>};

const bench::DeviceCase rope_table_cuda{
    "rope_table", {"tokens", "head_dim"}, {{1, 128}, {4096, 128}}, [](bench::DeviceRun& run) {
      std::vector<Position> positions;
      for (int t = 0; t < run["tokens"]; ++t) positions.push_back({t, t + 1, t + 2});
      const auto at = run.list(positions);
      const auto cosine = run.tensors<bf16>({run["tokens"], run["head_dim"] / 2}),
                 sine = run.tensors<bf16>({run["tokens"], run["head_dim"] / 2});
      const MRoPEInterleaved rope{static_cast<int>(run["head_dim"]), 5e6f, 20, 20};
      run.bytes(cosine.bytes() + sine.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { rope_table(run.on, rope, at, cosine[i], sine[i]); });
    }};
