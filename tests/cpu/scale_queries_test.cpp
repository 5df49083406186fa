#include <qwen3vl/cpu/scale_queries.hpp>

#include "../ops/scale_queries_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("scale_queries on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  scale_queries_cases(bench);
}
