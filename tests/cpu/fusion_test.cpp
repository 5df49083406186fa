#include <qwen3vl/cpu/fusion.hpp>

#include <qwen3vl/cpu/rope.hpp>

#include "../ops/fusion_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("mean_rows, softmax and mix_levels on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  fusion_cases(bench);
}
TEST_CASE_TEMPLATE("add_sinusoidal on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  sinusoidal_cases(bench);
}
TEST_CASE_TEMPLATE("rotate_adjacent on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  rotate_adjacent_cases(bench);
}
