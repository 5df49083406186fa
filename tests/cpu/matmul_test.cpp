#include <qwen3vl/cpu/matmul.hpp>

#include <qwen3vl/cpu/linear.hpp>

#include "../ops/linear_cases.hpp"
#include "../support/allocation_counter.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

/// EigenTiles for every type, also where the processor has an instruction of its own for bf16.
struct EigenCpu : Cpu {
  using Cpu::Cpu;
  using Matmul = EigenTiles;
};

}  // namespace

TEST_CASE_TEMPLATE("EigenTiles keeps linear's promises", T, float, bf16, f16) {
  BenchOn<EigenCpu, T> bench(2);
  linear_cases(bench);
}

TEST_CASE_TEMPLATE("EigenTiles: both ways of multiplying agree", T, float, bf16) {
  // eight tokens go row by row, the ninth makes it tiles: the first eight results are the same numbers
  BenchOn<EigenCpu, T> bench(2);
  const auto x = rounded<T>(random({9, 700}, 1)), weight = rounded<T>(random({150, 700}, 2));
  auto few = bench.empty({8, 150}), many = bench.empty({9, 150});
  linear(bench.on, bench.copy(x.rows(0, 8)), bench.copy(weight), {}, few);
  linear(bench.on, bench.copy(x), bench.copy(weight), {}, many);
  CHECK_CLOSE(bench.read(many).rows(0, 8), bench.read(few), ulps<T>(1) + float_sum(2 * 700, 700 * 0.25));
}

TEST_CASE_TEMPLATE("EigenTiles: a token's sums are added in the same order wherever it stands in a chunk", T,
                   float, bf16) {
  BenchOn<EigenCpu, T> bench(2);
  const auto x = random({110, 700}, 1);
  auto weight = bench.copy(random({150, 700}, 2)), whole = bench.empty({110, 150});
  linear(bench.on, bench.copy(x), weight, {}, whole);
  for (const auto& [begin, count] : {std::pair{0, 64}, {64, 46}, {3, 9}, {50, 33}}) {
    auto part = bench.empty({count, 150});
    linear(bench.on, bench.copy(x.rows(begin, count)), weight, {}, part);
    CHECK_SAME(bench.read(part), bench.read(whole).rows(begin, count));
  }
}

TEST_CASE_TEMPLATE("EigenTiles allocates nothing", T, float, bf16) {
  BenchOn<EigenCpu, T> bench(2);
  for (const std::int64_t tokens : {1, 8, 9, 97, 300})
    for (const std::int64_t in : {1, 7, 320, 321, 640})
      for (const std::int64_t outputs : {1, 48, 95, 97, 200}) {
        auto x = bench.full({tokens, in}, 1), weight = bench.full({outputs, in}, 1),
             out = bench.empty({tokens, outputs});
        CAPTURE(tokens);
        CAPTURE(in);
        CAPTURE(outputs);
        CHECK(allocations_after_the_first([&] { linear(bench.on, x, weight, {}, out); }) == 0);
      }
}
