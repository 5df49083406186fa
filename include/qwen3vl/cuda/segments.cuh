#pragma once

#include <cstdint>
#include <vector>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/cuda.cuh>
#include <qwen3vl/ops/mask/mask.hpp>

/// Segments are on the device; only their number and that of all tokens are known where kernels are launched.
/// So a launch has blocks enough for any cut of the tokens into segments, and each finds its work here.
///
/// A segment that reaches beyond the tensors is left out: the host has no look at it, and it must do no harm.
/// A checked handle looks and throws.
namespace qwen3vl {

/// Some neighbouring queries of a segment; none where a block has nothing to do.
struct QueryTile {
  Segment segment;
  int first = 0, queries = 0;  // counted in the segment
};

/// Blocks for tiles of at most `rows` queries: Σ ⌈queries / rows⌉ over segments is no more.
inline std::int64_t most_query_tiles(std::int64_t tokens, std::int64_t segments, int rows) {
  return tokens == 0 ? 0 : tokens / rows + segments;
}

/// The tile of this index, tiles of at most `rows` queries being counted through all segments. To be called by
/// whole warps; `tokens` and `keys` are the rows of q and of the keys.
__device__ inline QueryTile find_query_tile(const View<const Segment, 1, Device>& segments,
                                            std::int64_t tokens, std::int64_t keys, std::int64_t index,
                                            int rows) {
  const int lane = threadIdx.x % warp_threads;
  QueryTile tile{};
  for (std::int64_t base = 0; base < segments.shape[0]; base += warp_threads) {
    int tiles = 0;  // of this lane's segment
    if (base + lane < segments.shape[0]) {
      const Segment segment = segments(base + lane);
      if (within(segment, tokens, keys)) tiles = (segment.queries + rows - 1) / rows;
    }
    const int end = warp_running_sum(tiles);  // tiles of the segments up to this lane's
    const unsigned reached = __ballot_sync(0xffffffffu, index < end);
    if (reached) {
      const int owner = __ffs(static_cast<int>(reached)) - 1;
      const int begin = __shfl_sync(0xffffffffu, end - tiles, owner);
      tile.segment = segments(base + owner);
      tile.first = static_cast<int>(index - begin) * rows;
      tile.queries = tile.segment.queries - tile.first < rows ? tile.segment.queries - tile.first : rows;
      return tile;
    }
    index -= __shfl_sync(0xffffffffu, end, warp_threads - 1);
  }
  return tile;
}

/// Token t, as a tile of one query; none where it is in no segment. To be called by whole warps.
__device__ inline QueryTile find_token(const View<const Segment, 1, Device>& segments, std::int64_t tokens,
                                       std::int64_t keys, std::int64_t t) {
  for (std::int64_t base = 0; base < segments.shape[0]; base += warp_threads) {
    const std::int64_t s = base + threadIdx.x % warp_threads;
    bool owns = false;
    if (s < segments.shape[0]) {
      const Segment segment = segments(s);
      owns = within(segment, tokens, keys) && t >= segment.query_begin &&
             t < segment.query_begin + segment.queries;
    }
    const unsigned owners = __ballot_sync(0xffffffffu, owns);
    if (!owners) continue;
    const Segment segment = segments(base + __ffs(static_cast<int>(owners)) - 1);
    return {segment, static_cast<int>(t) - segment.query_begin, 1};
  }
  return {};
}

/// What a query may see, cut to the keys there are. A query that may see nothing sees all keys alike.
struct QuerySight {
  KeyRange range;
  bool blind;
};
template <class M> __device__ QuerySight query_sight(const M& mask, const Segment& segment, int query) {
  KeyRange range = mask.visible(segment, query);
  range.begin = range.begin > 0 ? range.begin : 0;
  range.end = range.end < segment.keys ? range.end : segment.keys;
  const bool blind = range.begin >= range.end;
  if (blind) range.begin = 0, range.end = segment.keys;
  return {range, blind};
}

/// On a checked handle: throws when a segment reaches beyond the tensors.
inline void check_segments(Cuda& cuda, const char* op, View<const Segment, 1, Device> segments,
                           std::int64_t tokens, std::int64_t keys) {
  if (!cuda.checked() || segments.size() == 0) return;
  std::vector<Segment> list(static_cast<std::size_t>(segments.shape[0]));
  cuda.copy_out(list.data(), segments.data, list.size() * sizeof(Segment));
  for (const Segment& segment : list)
    expect(within(segment, tokens, keys), op, "a segment reaches beyond the queries or the keys");
}

}  // namespace qwen3vl
