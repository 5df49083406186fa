#include <cmath>
#include <cstring>
#include <limits>

#include <doctest/doctest.h>

#include <qwen3vl/core/dtype.hpp>

using namespace qwen3vl;

TEST_CASE("bf16: every value survives a round trip through float") {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto value = bf16::from_bits(static_cast<std::uint16_t>(bits));
    if (std::isnan(float(value)))
      CHECK(std::isnan(float(bf16(float(value)))));
    else if (bf16(float(value)).bits != bits)
      FAIL("bits ", bits);
  }
}

TEST_CASE("bf16 rounds to nearest, ties to even") {
  CHECK(float(bf16(1.0f + 0x1p-8f)) == 1.0f);                       // halfway, down to even
  CHECK(float(bf16(1.0f + 3 * 0x1p-8f)) == 1.0f + 4 * 0x1p-8f);     // halfway, up to even
  CHECK(float(bf16(1.0f + 0x1p-8f + 0x1p-20f)) == 1.0f + 0x1p-7f);  // just above halfway
  CHECK(std::isinf(float(bf16(std::numeric_limits<float>::max()))));
}

TEST_CASE("f16: round trip, ties, subnormals, the edge of infinity") {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto mine = f16::from_bits(static_cast<std::uint16_t>(bits));
    if (std::isnan(float(mine)))
      CHECK(std::isnan(float(f16(float(mine)))));
    else if (f16(float(mine)).bits != bits)
      FAIL("bits ", bits);
  }
  CHECK(float(f16(65519.0f)) == 65504.0f);
  CHECK(std::isinf(float(f16(65520.0f))));
  CHECK(float(f16(0x1p-24f)) == 0x1p-24f);
  CHECK(float(f16(0x1p-25f)) == 0);  // halfway to the smallest subnormal, to even
  CHECK(float(f16(0x1.8p-25f)) == 0x1p-24f);
  CHECK(float(f16(1.0f + 0x1p-11f)) == 1.0f);
  CHECK(float(f16(-2.5f)) == -2.5f);
}
