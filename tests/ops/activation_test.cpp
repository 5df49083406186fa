#include <cmath>
#include <initializer_list>

#include <doctest/doctest.h>

#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/quick_gelu.hpp>
#include <qwen3vl/ops/activation/relu.hpp>
#include <qwen3vl/ops/activation/silu.hpp>

using namespace qwen3vl;

namespace {
struct Row {
  float x;
  double gelu_erf, gelu_tanh, quick_gelu, silu;
};
}  // namespace

TEST_CASE("activations: the reference's values") {
  const Row table[] = {
      {-3.0f, -0.00404969, -0.00363739, -0.01807131, -0.14227762},
      {-1.0f, -0.15865525, -0.15880801, -0.15420423, -0.26894142},
      {-0.5f, -0.15426877, -0.15428599, -0.14961156, -0.18877033},
      {0.5f, 0.34573123, 0.34571401, 0.35038844, 0.31122967},
      {1.0f, 0.84134475, 0.84119199, 0.84579577, 0.73105858},
      {3.0f, 2.99595031, 2.99636261, 2.98192869, 2.85772238},
  };
  for (const Row& row : table) {
    CAPTURE(row.x);
    // the table has eight decimals, float seven digits: 3 · 2⁻²³ where 1 + tanh cancels
    CHECK(std::abs(GeluErf{}(row.x) - row.gelu_erf) <= 4e-7);
    CHECK(std::abs(GeluTanh{}(row.x) - row.gelu_tanh) <= 4e-7);
    CHECK(std::abs(QuickGelu{}(row.x) - row.quick_gelu) <= 4e-7);
    CHECK(std::abs(SiLU{}(row.x) - row.silu) <= 4e-7);
  }
}

TEST_CASE("activations: 0 stays 0, and the GELUs are not each other") {
  CHECK(GeluErf{}(0.0f) == 0);
  CHECK(GeluTanh{}(0.0f) == 0);
  CHECK(QuickGelu{}(0.0f) == 0);
  CHECK(SiLU{}(0.0f) == 0);
  CHECK(ReLU{}(-2.0f) == 0);
  CHECK(ReLU{}(2.0f) == 2);
  CHECK(std::abs(GeluErf{}(2.2f) - GeluTanh{}(2.2f)) > 1e-4);
  CHECK(std::abs(GeluErf{}(1.0f) - QuickGelu{}(1.0f)) > 4e-3);
}

TEST_CASE("activations: gelu(x) − gelu(−x) = x, silu likewise") {
  for (const float x : {0.1f, 0.7f, 1.5f, 4.0f}) {
    CHECK(std::abs(GeluErf{}(x)-GeluErf{}(-x) - x) <= 4e-7);
    CHECK(std::abs(GeluTanh{}(x)-GeluTanh{}(-x) - x) <= 4e-7);
    CHECK(std::abs(SiLU{}(x)-SiLU{}(-x) - x) <= 4e-7);
  }
}

namespace {
struct NotAnActivation {
  double operator()(double x) const { return x; }
};
}  // namespace
static_assert(!Activation<NotAnActivation>);
