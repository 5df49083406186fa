#include <qwen3vl/cuda/rope.cuh>

#include "../ops/rope_table_cases.hpp"
#include "../ops/rotate_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("rope_table on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  rope_table_cases(bench);
}
TEST_CASE_TEMPLATE("rotate on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  rotate_cases(bench);
}
