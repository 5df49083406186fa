#include <qwen3vl/cuda/linear.cuh>

#include "../ops/linear_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("linear on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  linear_cases(bench);
}

TEST_CASE("linear on CUDA: f32 is true f32, not tf32") {
  // 1 + 2⁻¹² is no tf32: its products with 1 would come back as 1
  CudaBench<float> bench;
  for (const std::int64_t tokens : {1, 4, 64, 300}) {
    auto out = bench.empty({tokens, 128});
    Numbers<2> weight({128, 128});
    for (std::int64_t i = 0; i < 128; ++i) weight(i, i) = 1;
    linear(bench.on, bench.full({tokens, 128}, 1 + 0x1p-12), bench.copy(weight), {}, out);
    CHECK_SAME(bench.read(out), Numbers<2>({tokens, 128}, 1 + 0x1p-12));
  }
}
