#include <qwen3vl/cuda/fusion.cuh>

#include <qwen3vl/cuda/rotate_adjacent.cuh>

#include "../ops/fusion_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("mean_rows, softmax and mix_levels on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  fusion_cases(bench);
}
TEST_CASE_TEMPLATE("add_sinusoidal on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  sinusoidal_cases(bench);
}
TEST_CASE_TEMPLATE("rotate_adjacent on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  rotate_adjacent_cases(bench);
}
