#include <qwen3vl/cpu/vision.hpp>

#include "../ops/window_order_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("window_order and window_segments on the CPU") {
  CpuBench<float> bench;
  window_order_cases(bench);
}
