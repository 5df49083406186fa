#include <qwen3vl/cpu/attend.hpp>

#include "../ops/attend_cases.hpp"
#include "../support/allocation_counter.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("attend on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  attend_cases(bench);
}

TEST_CASE_TEMPLATE("attend on the CPU: the team's size changes no bit", T, float, bf16) {
  check_same_on_any_team<T>([](auto& bench) {
    auto out = bench.empty({200, 4, 72});
    attend(bench.on, CausalMask{},
           bench.list(std::vector<Segment>{{0, 150, 0, 150, 3}, {150, 50, 150, 50, 0}}),
           bench.copy(random({200, 4, 72}, 1)), bench.copy(random({200, 2, 72}, 2)),
           bench.copy(random({200, 2, 72}, 3)), 0.12f, out);
    return bench.read(out);
  });
}

TEST_CASE_TEMPLATE("attend on the CPU allocates nothing", T, float, bf16) {
  CpuBench<T> bench;
  for (const std::int64_t head_dim : {2, 16, 64, 72, 80, 128, 192, 256, 320, 512})
    for (const auto& size : {std::pair{1, 1}, {1, 8}, {1, 64}, {2, 8}, {13, 2}, {65, 1}, {65, 2}}) {
      const int tokens = size.first, group = size.second;
      auto q = bench.full({tokens, group, head_dim}, 1), kv = bench.full({tokens + 160, 1, head_dim}, 1);
      const auto segments = bench.list(std::vector<Segment>{{0, tokens, 0, tokens + 160, 0}});
      CAPTURE(head_dim);
      CAPTURE(tokens);
      CAPTURE(group);
      CHECK(allocations_after_the_first(
                [&] { attend(bench.on, CausalMask{}, segments, q, kv, kv, 1.0f, q); }) == 0);
    }
}

TEST_CASE("attend on the CPU refuses what its scratch cannot hold, and segments beyond their tensors") {
  CpuBench<float> bench;
  const auto attempt = [&](std::int64_t heads, std::int64_t head_dim, Segment segment) {
    auto q = bench.full({2, heads, head_dim}, 1), kv = bench.full({3, 1, head_dim}, 1);
    attend(bench.on, FullMask{}, bench.list(std::vector<Segment>{segment}), q, kv, kv, 1.0f, q);
  };
  CHECK_REFUSES(attempt(1, 513, {0, 2, 0, 3, 0}), "head_dim is above 512");
  CHECK_REFUSES(attempt(65, 8, {0, 2, 0, 3, 0}), "more than 64 heads share a kv head");
  CHECK_REFUSES(attempt(1, 8, {0, 3, 0, 3, 0}), "a segment reaches beyond the queries or the keys");
  CHECK_REFUSES(attempt(1, 8, {0, 2, 1, 3, 0}), "a segment reaches beyond the queries or the keys");
  CHECK_REFUSES(attempt(1, 8, {-1, 2, 0, 3, 0}), "a segment reaches beyond the queries or the keys");
}
