#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/media/turn_bytes.hpp>

using namespace qwen3vl;

TEST_CASE("turning sixteen rows to columns and back, whatever their length") {
  for (std::int64_t n : {0, 1, 7, 8, 9, 24, 31}) {
    const std::size_t length = std::size_t(n);
    std::vector<std::uint8_t> rows(16 * length), columns(16 * length, 1), back(16 * length, 2);
    const std::uint8_t* from[turned_rows];
    std::uint8_t* to[turned_rows];
    for (std::size_t r = 0; r < 16; ++r) {
      from[r] = rows.data() + r * length, to[r] = back.data() + r * length;
      for (std::size_t j = 0; j < length; ++j) rows[r * length + j] = std::uint8_t(r * 16 + j);
    }
    rows_to_columns(from, n, columns.data());
    for (std::size_t r = 0; r < 16; ++r)
      for (std::size_t j = 0; j < length; ++j) CHECK(columns[j * 16 + r] == rows[r * length + j]);
    columns_to_rows(columns.data(), n, 16, to);
    CHECK(back == rows);

    std::vector<std::uint8_t> five(16 * length, 3);
    for (std::size_t r = 0; r < 16; ++r) to[r] = five.data() + r * length;
    columns_to_rows(columns.data(), n, 5, to);
    for (std::size_t i = 0; i < five.size(); ++i) CHECK(five[i] == (i < 5 * length ? rows[i] : 3));
  }
}
