#include <qwen3vl/cpu/activate.hpp>

#include "../ops/activate_cases.hpp"
#include "../support/allocation_counter.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("activate on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  activate_cases(bench);
}

TEST_CASE_TEMPLATE("activate on the CPU: neither the team's size nor the place in memory changes a bit", T,
                   float, bf16) {
  const auto activated = [](auto act) {
    check_same_on_any_team<T>([act](auto& bench) {
      auto x = bench.copy(random({97, 601}, 1, 6));
      activate(bench.on, act, x, x);
      return bench.read(x);
    });
  };
  activated(SiLU{});
  activated(GeluTanh{});
  activated(GeluErf{});
  activated(QuickGelu{});
}

TEST_CASE_TEMPLATE("activate on the CPU: equal numbers give equal results wherever they stand", T, float,
                   bf16) {
  CpuBench<T> bench;
  const auto check = [&](auto act) {
    for (const double value : {-4.7, -0.3, 0.1, 1.9}) {
      auto x = bench.full({3, 521}, value), one = bench.full({1, 512}, value);
      activate(bench.on, act, x, x);
      activate(bench.on, act, one, one);
      CHECK_SAME(bench.read(columns(x.rows(1, 1), 0, 512)), bench.read(one));
    }
  };
  check(SiLU{});
  check(GeluTanh{});
  check(GeluErf{});
  check(QuickGelu{});
}

TEST_CASE("activate on the CPU allocates nothing") {
  CpuBench<bf16> bench;
  auto x = bench.full({97, 601}, 1);
  CHECK(allocations_after_the_first([&] {
          activate(bench.on, GeluTanh{}, x, x);
          activate_multiply(bench.on, SiLU{}, x, x, x);
        }) == 0);
}
