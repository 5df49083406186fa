#include <qwen3vl/cuda/window_order.cuh>

#include "../ops/window_order_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("window_order and window_segments on CUDA") {
  CudaBench<float> bench;
  window_order_cases(bench);
}
