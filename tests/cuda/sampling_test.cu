#include <qwen3vl/cuda/argmax.cuh>
#include <qwen3vl/cuda/choose.cuh>

#include "../generate/sampling_on_cases.hpp"
#include "../ops/argmax_cases.hpp"
#include "../ops/choose_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("argmax on CUDA") {
  CudaBench<float> bench;
  argmax_cases(bench);
}
TEST_CASE("choose on CUDA") {
  CudaBench<float> bench;
  choose_cases(bench);
}
TEST_CASE("sampling where the logits are, on CUDA") { sampling_on_cases(shared_cuda()); }
