#pragma once

#include <emulate.hpp>
#include <qwen3vl/cuda/pairs.cuh>

/// include/qwen3vl/cuda/mma.cuh, where it is told which lane has what.
namespace qwen3vl {

template <class T>
void multiply_add(const std::uint32_t (&a)[4], const std::uint32_t (&b)[2], float (&d)[4]) {
  struct Part {
    std::uint32_t a[4], b[2];
  } all[emulated::warp];
  emulated::exchange(Part{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}}, all);
  const auto number = [](std::uint32_t pair, int i) { return i ? second_of<T>(pair) : first_of<T>(pair); };
  const int g = int(emulated::lane()) / 4, p = int(emulated::lane()) % 4 * 2;
  for (int i = 0; i < 4; ++i) {
    const int row = g + i / 2 * 8, column = p + i % 2;
    for (int k = 0; k < 16; ++k)
      d[i] += number(all[row % 8 * 4 + k % 8 / 2].a[row / 8 + k / 8 * 2], k % 2) *
              number(all[column * 4 + k % 8 / 2].b[k / 8], k % 2);
  }
}

template <bool Transposed, class T> void load_four(const T* row, std::uint32_t (&to)[4]) {
  emulated::expect_aligned(row, 16, "ldmatrix");
  const T* all[emulated::warp];
  emulated::exchange(row, all);
  const int g = int(emulated::lane()) / 4, p = int(emulated::lane()) % 4 * 2;
  for (int m = 0; m < 4; ++m)
    to[m] = Transposed ? pack(all[8 * m + p][g], all[8 * m + p + 1][g])
                       : pack(all[8 * m + g][p], all[8 * m + g][p + 1]);
}
template <class T> void load_matrices(const T* row, std::uint32_t (&to)[4]) { load_four<false>(row, to); }
template <class T> void load_transposed(const T* row, std::uint32_t (&to)[4]) { load_four<true>(row, to); }

}  // namespace qwen3vl
