#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

/// Sixteen rows of bytes to columns and back, so that what stands under each other becomes one run.
///
///   columns[j·16 + r] = rows_r[j],   r = 0 … 15,   j = 0 … n − 1
///
/// Squares of 8 × 8 bytes are turned in registers: the three halvings of a recursive transposition.
namespace qwen3vl {

inline constexpr int turned_rows = 16;

/// Swaps the blocks off the diagonal, of `bits` each, between words `step` apart.
template <int bits, int step> inline void swap_halves(std::uint64_t (&word)[8], std::uint64_t mask) {
  for (int i = 0; i < 8; ++i)
    if ((i & step) == 0) {
      const std::uint64_t swapped = (word[i] >> bits ^ word[i + step]) & mask;
      word[i + step] ^= swapped;
      word[i] ^= swapped << bits;
    }
}

/// to_j[to_at + r] = from_r[from_at + j],   r, j = 0 … 7
inline void turn_square(const std::uint8_t* const* from, std::int64_t from_at, std::uint8_t* const* to,
                        std::int64_t to_at) {
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t word[8];
    for (int r = 0; r < 8; ++r) std::memcpy(&word[r], from[r] + from_at, 8);
    swap_halves<32, 4>(word, 0x00000000ffffffff);
    swap_halves<16, 2>(word, 0x0000ffff0000ffff);
    swap_halves<8, 1>(word, 0x00ff00ff00ff00ff);
    for (int j = 0; j < 8; ++j) std::memcpy(to[j] + to_at, &word[j], 8);
  } else {
    for (int j = 0; j < 8; ++j)
      for (int r = 0; r < 8; ++r) to[j][to_at + r] = from[r][from_at + j];
  }
}

/// Rows to columns.   columns : [n, 16]
inline void rows_to_columns(const std::uint8_t* const (&rows)[turned_rows], std::int64_t n,
                            std::uint8_t* columns) {
  std::int64_t j = 0;
  for (; j + 8 <= n; j += 8) {
    std::uint8_t* to[8];
    for (int i = 0; i < 8; ++i) to[i] = columns + (j + i) * turned_rows;
    turn_square(rows, j, to, 0);
    turn_square(rows + 8, j, to, 8);
  }
  for (; j < n; ++j)
    for (int r = 0; r < turned_rows; ++r) columns[j * turned_rows + r] = rows[r][j];
}

/// Columns to the first `count` rows.   columns : [n, 16]
template <class T>
void columns_to_rows(const T* columns, std::int64_t n, int count, T* const (&rows)[turned_rows]) {
  std::int64_t j = 0;
  if constexpr (sizeof(T) == 1) {
    if (count == turned_rows)
      for (; j + 8 <= n; j += 8) {
        const std::uint8_t* from[8];
        for (int i = 0; i < 8; ++i) from[i] = columns + (j + i) * turned_rows;
        turn_square(from, 0, rows, j);
        turn_square(from, 8, rows + 8, j);
      }
  }
  for (; j < n; ++j)
    for (int r = 0; r < count; ++r) rows[r][j] = columns[j * turned_rows + r];
}

}  // namespace qwen3vl
