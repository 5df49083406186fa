#include <qwen3vl/cpu/vector.hpp>

#include <bit>
#include <vector>

#include "../support/close.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("load and widen turn any element into floats", T, float, bf16, f16) {
  const auto x = rounded<T>(random({37}, 1, 100));
  std::vector<T> from;
  for (const double value : x.values) from.push_back(T(static_cast<float>(value)));
  Lanes loaded;
  load(from.data() + 5, loaded);  // no alignment is asked for
  for (int l = 0; l < lanes; ++l) {
    const float value = loaded[l];
    CHECK(value == static_cast<float>(x(5 + l)));
  }
  float wide[38] = {};
  wide[37] = -7;
  widen(from.data(), 37, wide);
  for (int i = 0; i < 37; ++i) CHECK(wide[i] == static_cast<float>(x(i)));
  CHECK(wide[37] == -7);
}

TEST_CASE_TEMPLATE("load_two takes thirty-two, each once", T, float, bf16, f16) {
  const auto x = rounded<T>(random({33}, 4));
  std::vector<T> from;
  for (const double value : x.values) from.push_back(T(static_cast<float>(value)));
  Lanes first, second;
  load_two(from.data() + 1, first, second);
  std::vector<double> got, expected(x.values.begin() + 1, x.values.end());
  for (int l = 0; l < lanes; ++l) got.push_back(first[l]), got.push_back(second[l]);
  std::sort(got.begin(), got.end());
  std::sort(expected.begin(), expected.end());
  CHECK(got == expected);
}

TEST_CASE("load keeps infinities, NaN, subnormals and signed zeros of bf16") {
  bf16 from[lanes] = {};
  const std::uint16_t bits[] = {0x7f80, 0xff80, 0x7fc0, 0x0001, 0x8000, 0x8001, 0x3f80};
  for (int i = 0; i < 7; ++i) from[i] = bf16::from_bits(bits[i]);
  Lanes loaded;
  load(from, loaded);
  for (int i = 0; i < 7; ++i) {
    const float value = loaded[i];
    CHECK(std::bit_cast<std::uint32_t>(value) == std::uint32_t{bits[i]} << 16);
  }
}

TEST_CASE("sum_lanes adds all sixteen") {
  Lanes v;
  for (int l = 0; l < lanes; ++l) v[l] = static_cast<float>(1 << l);
  CHECK(sum_lanes(v) == 65535);
}

TEST_CASE_TEMPLATE("sum_of_squares of any length", T, float, bf16, f16) {
  for (const std::int64_t n : {0, 1, 15, 16, 31, 32, 33, 97, 2048}) {
    const auto x = rounded<T>(random({n}, 2));
    std::vector<T> from;
    double expected = 0;
    for (const double value : x.values) {
      from.push_back(T(static_cast<float>(value)));
      expected += value * value;
    }
    CHECK(std::abs(sum_of_squares(from.data(), n) - expected) <= (n + 1) * 0x1p-24 * expected);
  }
}
