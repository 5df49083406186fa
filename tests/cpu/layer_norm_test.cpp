#include <qwen3vl/cpu/layer_norm.hpp>

#include "../ops/layer_norm_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("layer_norm on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  layer_norm_cases(bench);
}

TEST_CASE_TEMPLATE("layer_norm on the CPU: the team's size changes no bit", T, float, bf16) {
  check_same_on_any_team<T>([](auto& bench) {
    auto x = bench.copy(random({97, 1024}, 1));
    layer_norm(bench.on, x, bench.copy(random({1024}, 2)), bench.copy(random({1024}, 3)), 1e-6f, x);
    return bench.read(x);
  });
}
