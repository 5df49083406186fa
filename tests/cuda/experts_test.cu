#include <qwen3vl/cuda/experts.cuh>

#include <qwen3vl/cuda/grouped_linear.cuh>
#include <qwen3vl/cuda/linear.cuh>

#include "../ops/experts_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("route on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  route_cases(bench);
}
TEST_CASE_TEMPLATE("group_by_expert, grouped_linear and combine_experts on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  grouped_cases(bench);
}

TEST_CASE("route on CUDA: whatever the logits, experts that are there, each once, in order") {
  CudaBench<float> bench;
  const double inf = std::numeric_limits<double>::infinity();
  Numbers<2> logits({5, 40}, 0);
  for (int e = 0; e < 40; ++e) {
    logits(0, e) = not_a_number, logits(1, e) = -inf, logits(2, e) = e % 3 ? not_a_number : e;
    logits(3, e) = e == 7 ? inf : e, logits(4, e) = e == 39 ? 0 : -1000;
  }
  const auto chosen = int_matrix(bench, std::vector<int>(15, -1), 5);
  auto share = bench.empty({5, 3});
  route(bench.on, bench.copy(logits), chosen, share);
  const auto got = read_ints(bench, chosen);
  for (int t = 0; t < 5; ++t)
    for (int j = 0; j < 3; ++j) {
      CHECK(got[std::size_t(3 * t + j)] >= (j > 0 ? got[std::size_t(3 * t + j - 1)] + 1 : 0));
      CHECK(got[std::size_t(3 * t + j)] < 40);
    }
  CHECK(std::vector<int>(got.end() - 3, got.end()) ==
        std::vector<int>{0, 1, 39});  // e^-1000 is 0, of all alike
}

TEST_CASE("experts on CUDA: what lies outside does no harm, and a checked handle refuses it") {
  CudaBench<float> bench;
  Cuda unchecked;
  const auto chosen = int_matrix(bench, {1, 2, -1, 0}, 2);
  auto place = int_matrix(bench, {7, 7, 7, 7}, 2);
  auto token = int_matrix(bench, {7, 7, 7, 7}, 1)[0], begin = int_matrix(bench, {7, 7, 7}, 1)[0];
  CHECK_REFUSES(group_by_expert(bench.on, chosen, place, token, begin), "there is no such expert");
  group_by_expert(unchecked, chosen, place, token, begin);
  unchecked.synchronize();
  CHECK(read_ints(bench, place) == std::vector<int>{1, -1, -1, 0});
  CHECK(bench.read_list(token) == std::vector<int>{1, 0, -1, -1});
  CHECK(bench.read_list(begin) == std::vector<int>{0, 1, 2});

  auto sum = bench.empty({2, 3});
  combine_experts(unchecked, bench.full({4, 3}, 2), place, bench.full({2, 2}, 0.5), sum);
  unchecked.synchronize();
  CHECK_SAME(bench.read(sum), Numbers<2>({2, 3}, 1));

  const auto x = bench.full({2, 3}, 1);
  const auto weight = bench.full({2, 4, 3}, 1);
  for (const auto& beyond : {std::vector<int>{0, 1, 3}, {-1, 0, 1}, {1, 0, 3}}) {
    auto out = bench.empty({2, 4});
    const auto groups = bench.list(beyond);
    CHECK_REFUSES(grouped_linear(bench.on, x, weight, groups, out), "a group reaches beyond the rows");
    grouped_linear(unchecked, x, weight, groups, out);
    unchecked.synchronize();
  }
}

TEST_CASE_TEMPLATE("grouped_linear on CUDA: more experts than a warp has lanes, most without rows", T, float,
                   bf16) {
  CudaBench<T> bench;
  for (const int rows_each : {2, 40}) {
    std::vector<int> begin{0};
    for (int e = 0; e < 100; ++e) begin.push_back(begin.back() + (e % 7 == 3 ? rows_each * (e % 3 + 1) : 0));
    const std::int64_t rows = begin.back();
    Numbers<3> weights({100, 9, 16}, 0);
    for (int e = 0; e < 100; ++e)
      for (int o = 0; o < 9; ++o) weights(e, o, o) = e;
    Numbers<2> x({rows, 16}, 0), expected({rows, 9}, 0);
    for (std::int64_t r = 0; r < rows; ++r)
      for (int i = 0; i < 16; ++i) x(r, i) = double((r + i) % 5);
    for (int e = 0; e < 100; ++e)
      for (int r = begin[std::size_t(e)]; r < begin[std::size_t(e) + 1]; ++r)
        for (int o = 0; o < 9; ++o) expected(r, o) = round_to<T>(e * x(r, o));
    auto out = bench.empty({rows, 9});
    grouped_linear(bench.on, bench.copy(x), bench.copy(weights), bench.list(begin), out);
    CHECK_SAME(bench.read(out), expected);
  }
}
