#include <qwen3vl/cuda/layer_norm.cuh>
#include <qwen3vl/cuda/rms_norm.cuh>

#include "../ops/layer_norm_cases.hpp"
#include "../ops/rms_norm_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("rms_norm on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  rms_norm_cases(bench);
}
TEST_CASE_TEMPLATE("layer_norm on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  layer_norm_cases(bench);
}
