#include <qwen3vl/cpu/vision.hpp>

#include "../ops/patch_positions_cases.hpp"
#include "../ops/position_embedding_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("patch_positions and frame_segments on the CPU") {
  CpuBench<float> bench;
  patch_positions_cases(bench);
}

TEST_CASE_TEMPLATE("add_position_embedding on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  position_embedding_cases(bench);
}
