#include <qwen3vl/cpu/linear.hpp>

#include "../ops/linear_cases.hpp"
#include "../support/allocation_counter.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("linear on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  linear_cases(bench);
}

TEST_CASE_TEMPLATE("linear on the CPU: the team's size changes no bit", T, float, bf16) {
  for (const std::int64_t tokens : {1, 8, 9, 800})
    check_same_on_any_team<T>([tokens](auto& bench) {
      auto out = bench.empty({tokens, 200});
      linear(bench.on, bench.copy(random({tokens, 500}, 1)), bench.copy(random({200, 500}, 2)),
             bench.copy(random({200}, 3)), out);
      return bench.read(out);
    });
}

TEST_CASE_TEMPLATE("linear on the CPU allocates nothing", T, float, bf16) {
  CpuBench<T> bench;
  for (const std::int64_t tokens : {1, 8, 9, 97, 300})
    for (const std::int64_t in : {1, 7, 320, 321, 640})
      for (const std::int64_t outputs : {1, 48, 95, 97, 200}) {
        auto x = bench.copy(random({tokens, in}, 1)), weight = bench.copy(random({outputs, in}, 2)),
             out = bench.empty({tokens, outputs});
        CAPTURE(tokens);
        CAPTURE(in);
        CAPTURE(outputs);
        CHECK(allocations_after_the_first([&] { linear(bench.on, x, weight, {}, out); }) == 0);
      }
}

namespace {

/// A user's own matrix product: three loops.
struct ThreeLoops {
  inline static int calls = 0;

  template <Element T>
  static void run(Cpu&, View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias, View<T, 2> out) {
    ++calls;
    for (std::int64_t t = 0; t < out.shape[0]; ++t)
      for (std::int64_t o = 0; o < out.shape[1]; ++o) {
        float sum = bias.empty() ? 0.0f : float(bias(o));
        for (std::int64_t i = 0; i < x.shape[1]; ++i) sum += float(x(t, i)) * float(weight(o, i));
        out(t, o) = T(sum);
      }
  }
};

struct MyCpu : Cpu {
  using Cpu::Cpu;
  using Matmul = ThreeLoops;
};
static_assert(Backend<MyCpu>);

}  // namespace

TEST_CASE_TEMPLATE("a derived backend brings its own matrix product, and keeps every other kernel", T, float,
                   bf16) {
  BenchOn<MyCpu, T> bench;
  ThreeLoops::calls = 0;
  linear_cases(bench);
  if (ThreeLoops::calls == 0) {  // the subcase of refusals gets no further than the checks
    auto out = bench.empty({1, 1});
    linear(bench.on, bench.full({1, 1}, 2), bench.full({1, 1}, 3), {}, out);
    CHECK_SAME(bench.read(out), Numbers<2>({1, 1}, 6));
  }
  CHECK(ThreeLoops::calls > 0);
}
