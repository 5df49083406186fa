#pragma once

#include <qwen3vl/ops/patch_positions.hpp>

#include "../support/close.hpp"
#include "../support/reference.hpp"

namespace qwen3vl::test {

/// What patch_positions and frame_segments promise on every backend.
template <class Bench> void patch_positions_cases(Bench& bench) {
  SUBCASE("patch_positions are those of five nested loops") {
    for (const Grid grid : {Grid{1, 4, 6}, Grid{3, 2, 2}, Grid{2, 6, 4}, Grid{1, 2, 20}})
      for (const int merge : {1, 2}) {
        auto list = bench.list(std::vector<Position>(static_cast<std::size_t>(grid.patches())));
        View<Position, 1, typename Bench::Space> positions;
        positions.data = const_cast<Position*>(list.data);
        positions.shape[0] = list.shape[0], positions.stride[0] = 1;
        patch_positions(bench.on, grid, merge, positions);
        CHECK(bench.read_list(positions) == reference::patch_positions(grid, merge));
      }
  }
  SUBCASE("frame_segments: one a frame, keys are queries, behind what came before") {
    auto list = bench.list(std::vector<Segment>(3));
    View<Segment, 1, typename Bench::Space> segments;
    segments.data = const_cast<Segment*>(list.data);
    segments.shape[0] = 3, segments.stride[0] = 1;
    frame_segments(bench.on, Grid{3, 4, 4}, 24, segments);
    const auto got = bench.read_list(segments);
    for (int k = 0; k < 3; ++k) {
      const Segment& s = got[static_cast<std::size_t>(k)];
      CHECK(s.query_begin == 24 + 16 * k);
      CHECK(s.key_begin == s.query_begin);
      CHECK(s.queries == 16);
      CHECK(s.keys == 16);
      CHECK(s.padding == 0);
    }
  }
  SUBCASE("refuses what does not fit, and says so") {
    View<Position, 1, typename Bench::Space> positions(nullptr, {24});
    CHECK_REFUSES(patch_positions(bench.on, Grid{1, 4, 6}, 4, positions),
                  "no multiple of spatial_merge_size");
    CHECK_REFUSES(patch_positions(bench.on, Grid{1, 4, 6}, 0, positions),
                  "no multiple of spatial_merge_size");
    CHECK_REFUSES(patch_positions(bench.on, Grid{1, -4, -6}, 2, positions), "below 0");
    CHECK_REFUSES(patch_positions(bench.on, Grid{1, 4, 8}, 2, positions),
                  "positions is [24], should be [32]");
    View<Segment, 1, typename Bench::Space> segments(nullptr, {2});
    CHECK_REFUSES(frame_segments(bench.on, Grid{3, 4, 4}, 0, segments), "segments is [2], should be [3]");
  }
}

}  // namespace qwen3vl::test
