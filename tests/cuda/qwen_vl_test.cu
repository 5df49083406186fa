#include <qwen3vl/cuda.cuh>

#include "../model/qwen_vl_checks.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("Qwen-VL on CUDA: tower and resampler equal the double-precision reference") {
  CudaBench<float> bench;
  QwenVLCase(bench).check_tower();
}

TEST_CASE("Qwen-VL on CUDA: the decoder within the length of training and beyond, and with an image") {
  CudaBench<float> bench;
  QwenVLCase(bench).check_decoder();
}
