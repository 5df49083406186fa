#include <qwen3vl/cpu/add.hpp>

#include "../ops/add_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("add on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  add_cases(bench);
}
