#pragma once

#include <qwen3vl/ops/activate.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/quick_gelu.hpp>
#include <qwen3vl/ops/activation/relu.hpp>
#include <qwen3vl/ops/activation/silu.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// A user's own activation: the squared ReLU (So et al. 2021).
struct SquaredReLU {
  QWEN3VL_HD float operator()(float x) const { return x > 0 ? x * x : 0.0f; }
};

/// What activate and activate_multiply promise on every backend.
template <class Bench> void activate_cases(Bench& bench) {
  using T = typename Bench::Element;
  // 1 + tanh and 1 + erf lose what cancels below −1: two ulps of float at 1, times |x| / 2 ≤ 10
  const Tolerance close = ulps<T>(std::same_as<T, float> ? 8 : 1) + Tolerance{10 * 0x1p-22, 0};

  SUBCASE("each agrees with its formula, whatever the sizes") {
    const auto check = [&](auto act, reference::Function expected) {
      for (const std::int64_t tokens : {0, 1, 7, 97})
        for (const std::int64_t channels : {0, 1, 3, 17, 255, 256, 257, 600}) {
          CAPTURE(tokens);
          CAPTURE(channels);
          const auto x = rounded<T>(random({tokens, channels}, 1, 10));
          auto out = bench.empty({tokens, channels});
          activate(bench.on, act, bench.copy(x), out);
          CHECK_CLOSE(bench.read(out), x.map(expected), close);
        }
    };
    check(GeluErf{}, reference::gelu_erf);
    check(GeluTanh{}, reference::gelu_tanh);
    check(QuickGelu{}, reference::quick_gelu);
    check(SiLU{}, reference::silu);
    check(ReLU{}, reference::relu);
    check(SquaredReLU{}, [](double x) { return x > 0 ? x * x : 0; });
  }
  SUBCASE("far out they are x and 0, never NaN") {
    const auto x = rounded<T>(Numbers<2>({1, 6}, {-60000, -100, -20, 20, 100, 60000}));
    const auto check = [&](auto act) {
      auto out = bench.empty({1, 6});
      activate(bench.on, act, bench.copy(x), out);
      CHECK_CLOSE(bench.read(out), x.map(reference::relu), (Tolerance{1e-6, epsilon<T>}));
    };
    check(GeluErf{});
    check(GeluTanh{});
    check(QuickGelu{});
    check(SiLU{});
  }
  SUBCASE("the gate is rounded before it meets up") {
    const auto gate = rounded<T>(random({9, 300}, 2, 5)), up = rounded<T>(random({9, 300}, 3));
    auto out = bench.empty({9, 300});
    activate_multiply(bench.on, SiLU{}, bench.copy(gate), bench.copy(up), out);
    // the gate within an ulp, then the product's own half
    CHECK_CLOSE(bench.read(out), reference::gated(gate, up, reference::silu, round_to<T>),
                ulps<T>(std::same_as<T, float> ? 9 : 2) + Tolerance{5 * 0x1p-22, 0});
  }
  SUBCASE("out may be x, gate or up, and all may be columns of wider matrices") {
    const auto a = random({5, 300}, 4, 4), b = random({5, 300}, 5);
    auto activated = bench.empty({5, 300}), product = bench.empty({5, 300});
    activate(bench.on, GeluTanh{}, bench.copy(a), activated);
    activate_multiply(bench.on, SiLU{}, bench.copy(a), bench.copy(b), product);

    auto x = bench.copy(a), gate = bench.copy(a), up = bench.copy(b);
    activate(bench.on, GeluTanh{}, x, x);
    CHECK_SAME(bench.read(x), bench.read(activated));
    activate_multiply(bench.on, SiLU{}, gate, bench.copy(b), gate);
    CHECK_SAME(bench.read(gate), bench.read(product));
    activate_multiply(bench.on, SiLU{}, bench.copy(a), up, up);
    CHECK_SAME(bench.read(up), bench.read(product));

    auto wide = bench.empty({5, 310});
    activate(bench.on, GeluTanh{}, bench.copy_with_gaps(a), columns(wide, 6, 300));
    CHECK_SAME(bench.read(columns(wide, 6, 300)), bench.read(activated));
    CHECK(untouched_outside(bench.read(wide), 6, 300));
    activate_multiply(bench.on, SiLU{}, bench.copy_with_gaps(a), bench.copy_with_gaps(b),
                      columns(wide, 6, 300));
    CHECK_SAME(bench.read(columns(wide, 6, 300)), bench.read(product));
  }
  SUBCASE("refuses what does not fit, and says so") {
    auto x = bench.full({2, 8}, 1), other = bench.full({2, 7}, 1);
    CHECK_REFUSES(activate(bench.on, SiLU{}, x, other), "out is [2, 7], should be [2, 8]");
    CHECK_REFUSES(activate_multiply(bench.on, SiLU{}, x, other, x), "up is [2, 7], should be [2, 8]");
    CHECK_REFUSES(activate_multiply(bench.on, SiLU{}, x, x, other), "out is [2, 7], should be [2, 8]");
    auto gaps = x;
    gaps.stride[1] = 2;
    CHECK_REFUSES(activate(bench.on, SiLU{}, gaps, x), "x has gaps");
    CHECK_REFUSES(activate_multiply(bench.on, SiLU{}, gaps, x, x), "gate has gaps");
  }
}

}  // namespace qwen3vl::test
