#pragma once

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/ops/mask/mask.hpp>
#include <qwen3vl/ops/patch_order.hpp>

/// What the vision tower must know about a grid: where each patch is, and which patches see each other.
///
///   patch_positions:  positions[n] = patch_position(grid, merge, n)           in patches, restarting in each frame
///   frame_segments:   segments[k]  = patches k·h·w … (k+1)·h·w − 1, plus `first`    one segment a frame
///
///   positions : [grid.patches()]     segments : [grid.t]     first : the grid's first patch in the batch
namespace qwen3vl {

template <class B>
struct PatchPositionsKernel {  // specialised once per backend: cpu/vision.hpp, cuda/vision.cuh
  static_assert(has_kernel<B>,
                "patch_positions has no kernel for this backend: include <qwen3vl/cpu/vision.hpp> or "
                "<qwen3vl/cuda/vision.cuh>");
  static void positions(auto&&...) {}
  static void segments(auto&&...) {}
};

/// Segment k of frame_segments.
QWEN3VL_HD inline Segment frame_segment(Grid grid, int first, int frame) {
  const int patches = grid.h * grid.w, begin = first + frame * patches;
  return {begin, patches, begin, patches, 0};
}

template <Backend B> void patch_positions(B& on, Grid grid, int merge, Out<B, Position, 1> positions) {
  expect_blocks("patch_positions", grid, merge);
  expect_shape("patch_positions", "positions", positions, {grid.patches()});
  PatchPositionsKernel<KernelsOf<B>>::positions(on, grid, merge, positions);
}

template <Backend B> void frame_segments(B& on, Grid grid, int first, Out<B, Segment, 1> segments) {
  expect_shape("frame_segments", "segments", segments, {grid.t});
  PatchPositionsKernel<KernelsOf<B>>::segments(on, grid, first, segments);
}

}  // namespace qwen3vl
