#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/cuda.cuh>

/// Which rows belong to which expert is on the device; the host knows how many rows and experts there are in all.
/// So a launch has blocks enough for any distribution, and each finds its work here: nothing waits.
///
///   begin : [experts + 1]; rows begin[e] … begin[e + 1] − 1 are expert e's
///
/// A group that reaches beyond the rows is left out: it must do no harm. A checked handle looks and throws.
namespace qwen3vl {

/// Some neighbouring rows of one expert; none where a block has nothing to do.
struct GroupTile {
  int expert = 0, first = 0, rows = 0;
};

/// Blocks for tiles of at most `tile` rows: Σ ⌈n / tile⌉ over the groups of n rows that are not empty is no more.
inline std::int64_t most_group_tiles(std::int64_t rows, std::int64_t experts, int tile) {
  return (rows + std::min(rows, experts) * (tile - 1)) / tile;
}

/// The tile of this index, tiles of at most `most` rows being counted through all groups. To be called by whole
/// warps; `rows` is how many there are in all.
__device__ inline GroupTile find_group_tile(const View<const int, 1, Device>& begin, std::int64_t rows,
                                            std::int64_t index, int most) {
  const int lane = threadIdx.x % warp_threads;
  const std::int64_t experts = begin.shape[0] - 1;
  for (std::int64_t base = 0; base < experts; base += warp_threads) {
    int first = 0, count = 0;  // rows of this lane's expert
    if (base + lane < experts) {
      first = begin(base + lane);
      const std::int64_t end = begin(base + lane + 1);
      if (first >= 0 && end > first && end <= rows) count = static_cast<int>(end) - first;
    }
    const int tiles = (count + most - 1) / most;
    const int end = warp_running_sum(tiles);  // tiles of the groups up to this lane's
    const unsigned reached = __ballot_sync(0xffffffffu, index < end);
    if (reached) {
      const int owner = __ffs(static_cast<int>(reached)) - 1;
      const int skipped = (static_cast<int>(index) - __shfl_sync(0xffffffffu, end - tiles, owner)) * most;
      const int left = __shfl_sync(0xffffffffu, count, owner) - skipped;
      return {static_cast<int>(base) + owner, __shfl_sync(0xffffffffu, first, owner) + skipped,
              left < most ? left : most};
    }
    index -= __shfl_sync(0xffffffffu, end, warp_threads - 1);
  }
  return {};
}

/// On a checked handle: throws when a group reaches beyond the rows.
inline void check_groups(Cuda& cuda, const char* op, View<const int, 1, Device> begin, std::int64_t rows) {
  if (!cuda.checked()) return;
  const std::int64_t experts = begin.shape[0] - 1, step = begin.stride[0];
  std::vector<int> list(static_cast<std::size_t>(experts * step + 1));
  cuda.copy_out(list.data(), begin.data, list.size() * sizeof(int));
  for (std::int64_t e = 0; e < experts; ++e) {
    const int first = list[static_cast<std::size_t>(e * step)],
              end = list[static_cast<std::size_t>((e + 1) * step)];
    expect(first >= 0 && end >= first && end <= rows, op, "a group reaches beyond the rows");
  }
}

}  // namespace qwen3vl
