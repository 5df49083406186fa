#include <qwen3vl/cuda/activate.cuh>
#include <qwen3vl/cuda/add.cuh>

#include "../ops/activate_cases.hpp"
#include "../ops/add_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("add on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  add_cases(bench);
}
TEST_CASE_TEMPLATE("activate and activate_multiply on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  activate_cases(bench);
}
