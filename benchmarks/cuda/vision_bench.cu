#include <qwen3vl/cuda/vision.cuh>

#include "../support/device_bench.cuh"

using namespace qwen3vl;

const bench::DeviceCase position_embedding_cuda{
    "add_position_embedding",  // a picture of 1024 × 1024 in 8B's tower, whose table has 48 × 48 places
    {"height", "width", "channels"},
    {{64, 64, 1152}},
    [](bench::DeviceRun& run) {
      const Grid grid{1, static_cast<int>(run["height"]), static_cast<int>(run["width"])};
      const auto table = run.tensors<bf16>({48 * 48, run["channels"]}),
                 x = run.tensors<bf16>({grid.patches(), run["channels"]});
      run.bytes(2 * x.bytes() + table.bytes(), bench::Bound::copy);
      run.measure([&](std::int64_t i) { add_position_embedding(run.on, table[i], grid, 2, x[i]); });
    }};
