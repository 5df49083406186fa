/// The ops of the first Qwen-VL.
#include <qwen3vl/cuda/resize_table.cuh>
#include <qwen3vl/cuda/scale_queries.cuh>

#include "../ops/resize_table_cases.hpp"
#include "../ops/scale_queries_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("resize_table on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  resize_table_cases(bench);
}
TEST_CASE_TEMPLATE("scale_queries on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  scale_queries_cases(bench);
}
