#include <qwen3vl/cuda/vision.cuh>

#include "../ops/patch_positions_cases.hpp"
#include "../ops/position_embedding_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("patch_positions and frame_segments on CUDA") {
  CudaBench<float> bench;
  patch_positions_cases(bench);
}
TEST_CASE_TEMPLATE("add_position_embedding on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  position_embedding_cases(bench);
}
