#include <qwen3vl/cpu/argmax.hpp>

#include "../ops/argmax_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("argmax on the CPU") {
  CpuBench<float> bench;
  argmax_cases(bench);
}
