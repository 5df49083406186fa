#include <qwen3vl/cpu/rms_norm.hpp>

#include "../ops/rms_norm_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("rms_norm on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  rms_norm_cases(bench);
}

TEST_CASE_TEMPLATE("rms_norm on the CPU: the team's size changes no bit", T, float, bf16) {
  check_same_on_any_team<T>([](auto& bench) {
    auto x = bench.copy(random({97, 2048}, 1));
    rms_norm(bench.on, x, bench.copy(random({2048}, 2)), 1e-6f, x);
    return bench.read(x);
  });
}
