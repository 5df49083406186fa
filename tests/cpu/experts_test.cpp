#include <qwen3vl/cpu/experts.hpp>

#include "../ops/experts_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("route on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  route_cases(bench);
}
TEST_CASE_TEMPLATE("group_by_expert, grouped_linear and combine_experts on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  grouped_cases(bench);
}

TEST_CASE("group_by_expert and grouped_linear on the CPU refuse what lies outside") {
  CpuBench<float> bench;
  const auto place = int_matrix(bench, {0, 0}, 1);
  auto token = int_matrix(bench, {0, 0}, 1)[0], begin = int_matrix(bench, {0, 0, 0}, 1)[0];
  CHECK_REFUSES(group_by_expert(bench.on, int_matrix(bench, {0, 2}, 1), place, token, begin),
                "there is no such expert");
  auto out = bench.empty({2, 4});
  CHECK_REFUSES(grouped_linear(bench.on, bench.full({2, 3}, 1), bench.full({2, 4, 3}, 1),
                               bench.list(std::vector<int>{0, 1, 3}), out),
                "a group reaches beyond the rows");
}
