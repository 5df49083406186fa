/// The article's M-RoPE in both readings, against its formulas in double and its laws.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope/mrope_partitioned.hpp>

using namespace qwen3vl;

namespace {

/// Angles of all pairs from the formulas, axis by axis.
std::vector<double> angles(bool by_text, int d, Position at) {
  const int dt = d / 3 / 2 * 2, dh = dt, dw = d - dt - dh;
  std::vector<double> result, ladder;
  for (int i = 0; i < d / 2; ++i) ladder.push_back(std::pow(1e4, -2.0 * i / d));
  for (int j = 0; j < dt / 2; ++j)
    result.push_back(at.t * (by_text ? ladder[dw / 2 + dh / 2 + j] : std::pow(1e4, -2.0 * j / dt)));
  for (int j = 0; j < dh / 2; ++j)
    result.push_back(at.h * (by_text ? ladder[dw / 2 + j] : std::pow(1e4, -(dt + 2.0 * j) / dh)));
  for (int j = 0; j < dw / 2; ++j)
    result.push_back(at.w * (by_text ? ladder[j] : std::pow(1e4, -(dt + dh + 2.0 * j) / dw)));
  return result;
}

template <class Rope> void check_formula(bool by_text) {
  constexpr double close = 28 * 0x1p-24;  // the exponents are floats of up to 27 times e
  for (const int d : {12, 32, 64, 80, 128})
    for (const Position at :
         {Position{0, 0, 0}, Position{1, 1, 1}, Position{7, 3, 11}, Position{900, 12, 40}}) {
      const Rope rope{d};
      const auto expected = angles(by_text, d, at);
      REQUIRE(expected.size() == std::size_t(rope.pairs()));
      for (int i = 0; i < rope.pairs(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(rope.angle(at, i) - expected[std::size_t(i)]) <=
              close * std::abs(expected[std::size_t(i)]));
      }
    }
}

/// q·k after both were rotated, pairs being neighbours.
template <class Rope>
double score(const Rope& rope, const std::vector<double>& q, Position m, const std::vector<double>& k,
             Position n) {
  double sum = 0;
  for (int i = 0; i < rope.pairs(); ++i) {
    const double a = rope.angle(m, i), b = rope.angle(n, i);
    const double qu = q[2 * i] * std::cos(a) - q[2 * i + 1] * std::sin(a),
                 qv = q[2 * i + 1] * std::cos(a) + q[2 * i] * std::sin(a);
    const double ku = k[2 * i] * std::cos(b) - k[2 * i + 1] * std::sin(b),
                 kv = k[2 * i + 1] * std::cos(b) + k[2 * i] * std::sin(b);
    sum += qu * ku + qv * kv;
  }
  return sum;
}

}  // namespace

TEST_CASE("MRoPEPartitioned is its formula, in both readings") {
  check_formula<MRoPEPartitioned<PartitionByFormula>>(false);
  check_formula<MRoPEPartitioned<PartitionByText>>(true);
}

TEST_CASE("MRoPEPartitioned: the ranges that the readings give, head_dim 128") {
  const MRoPEPartitioned<PartitionByFormula> formula{128};
  const Position one{1, 1, 1};
  const auto close = [](double got, double expected) { return std::abs(got / expected - 1) <= 1e-4; };
  CHECK((close(formula.angle(one, 0), 1) && close(formula.angle(one, 20), 1.5505e-4)));
  CHECK((close(formula.angle(one, 21), 1e-4) && close(formula.angle(one, 41), 1.5505e-8)));
  CHECK((close(formula.angle(one, 42), 2.3101e-8) && close(formula.angle(one, 63), 3.5112e-12)));
  const MRoPEPartitioned<PartitionByText> text{128};
  CHECK(text.angle(one, 42) == 1);                   // w begins at the top of the ladder
  CHECK(text.angle(one, 0) < text.angle(one, 41));   // time is the slowest
  CHECK(text.angle(one, 63) > text.angle(one, 21));  // the bands do not overlap
}

TEST_CASE("MRoPEPartitioned: scores depend on differences of positions alone") {
  std::vector<double> q, k;
  for (int i = 0; i < 32; ++i) q.push_back(std::sin(3.7 * i + 1)), k.push_back(std::cos(2.3 * i));
  const MRoPEPartitioned<PartitionByText> rope{32};
  const double before = score(rope, q, {5, 2, 9}, k, {1, 4, 3});
  for (const Position by : {Position{10, 0, 0}, Position{0, 10, 0}, Position{0, 0, 10}})
    CHECK(std::abs(score(rope, q, {5 + by.t, 2 + by.h, 9 + by.w}, k, {1 + by.t, 4 + by.h, 3 + by.w}) -
                   before) <= 1e-4);
  CHECK(std::abs(score(rope, q, {6, 2, 9}, k, {1, 4, 3}) - before) > 1e-6);
}

TEST_CASE("pairs are neighbours only where a policy says so") {
  static_assert(has_adjacent_pairs<MRoPEPartitioned<PartitionByText>>());
  static_assert(!has_adjacent_pairs<MRoPEInterleaved>());
}
