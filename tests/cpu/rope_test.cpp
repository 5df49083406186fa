#include <qwen3vl/cpu/rope.hpp>

#include "../ops/rope_table_cases.hpp"
#include "../ops/rotate_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("rope_table on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  rope_table_cases(bench);
}

TEST_CASE_TEMPLATE("rotate on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  rotate_cases(bench);
}

TEST_CASE_TEMPLATE("rotate on the CPU: the team's size changes no bit", T, float, bf16) {
  check_same_on_any_team<T>([](auto& bench) {
    auto x = bench.copy(random({97, 3, 72}, 1));
    auto table = bench.copy(random({97, 36}, 2));
    rotate(bench.on, table, table, x);
    return bench.read(x);
  });
}
