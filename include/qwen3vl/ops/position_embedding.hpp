#pragma once

#include <cmath>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/patch_order.hpp>

/// Learned positions for any image size: the table of side × side vectors is stretched over the grid,
/// its corners onto the image's corners (bilinear, align_corners), and added to the patches.
///
///   x[n, c] ← round_T( x[n, c] + round_T( Σ_4 taps weight · table[tap, c] ) )     n in merge-block order
///
///   table : [side², channels]     x : [grid.patches(), channels]     every frame alike
///
/// Weights and sum are float and rounded once, as transformers 5 does; the code of the release rounded
/// the weights to bf16 first (4·10⁻³ apart, not a defect of either).
namespace qwen3vl {

/// Where coordinate i of n falls on a table of `side` entries: between `low` and `high`, `fraction`
/// of the way. i = 0 ↦ 0, i = n − 1 ↦ side − 1; n = 1 ↦ 0.
struct TableTap {
  int low, high;
  float fraction;
};
QWEN3VL_HD inline TableTap table_tap(int i, int n, int side) {
  const float at = n > 1 ? static_cast<float>(i * (side - 1)) / static_cast<float>(n - 1) : 0.0f;
  const int low = static_cast<int>(at);
  return {low, low + 1 < side ? low + 1 : side - 1, at - static_cast<float>(low)};
}

template <class B>
struct PositionEmbeddingKernel {  // specialised once per backend: cpu/vision.hpp, cuda/vision.cuh
  static_assert(has_kernel<B>,
                "add_position_embedding has no kernel for this backend: include "
                "<qwen3vl/cpu/vision.hpp> or <qwen3vl/cuda/vision.cuh>");
  static void run(auto&&...) {}
};

template <Backend B, Element T>
void add_position_embedding(B& on, In<B, T, 2> table, Grid grid, int merge, Out<B, T, 2> x) {
  int side = 0;
  while (std::int64_t(side) * side < table.shape[0]) ++side;
  expect(side > 0, "add_position_embedding", "the table is empty");
  expect(std::int64_t(side) * side == table.shape[0], "add_position_embedding", "the table is not square");
  expect_blocks("add_position_embedding", grid, merge);
  expect_dense_rows("add_position_embedding", "table", table);
  expect_dense_rows("add_position_embedding", "x", x);
  expect_shape("add_position_embedding", "x", x, {grid.patches(), table.shape[1]});
  PositionEmbeddingKernel<KernelsOf<B>>::run(on, table, side, grid, merge, x);
}

}  // namespace qwen3vl
