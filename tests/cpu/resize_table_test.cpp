#include <qwen3vl/cpu/resize_table.hpp>

#include "../ops/resize_table_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("resize_table on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  resize_table_cases(bench);
}
