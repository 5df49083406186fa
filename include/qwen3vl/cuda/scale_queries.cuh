#pragma once

#include <cstdint>

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/cuda/segments.cuh>
#include <qwen3vl/ops/scale_queries.hpp>

namespace qwen3vl {

inline constexpr std::int64_t any_rows = INT64_MAX;  // how many keys there are is nobody's business here

/// A block for every query there can be, 1024 numbers of it: it looks for the segment that it is one of. Bound by
/// memory; queries whose scale is 1 are not even read.
template <class Scale, class T>
__global__ void scale_queries_kernel(Scale scale, View<const Segment, 1, Device> segments,
                                     View<T, 3, Device> q) {
  const QueryTile tile = find_query_tile(segments, q.shape[0], any_rows, blockIdx.x, 1);
  if (tile.queries == 0) return;
  const float by = scale(keys_up_to(tile.segment, tile.first));
  if (by == 1.0f) return;
  const std::int64_t t = tile.segment.query_begin + tile.first, head_dim = q.shape[2];
  for_own_elements(q.shape[1] * head_dim, [=](std::int64_t, std::int64_t i) {
    T& x = q(t, i / head_dim, i % head_dim);
    x = T(float(x) * by);
  });
}

template <> struct ScaleQueriesKernel<Cuda> {
  template <class Scale, Element T>
  static void run(Cuda& cuda, Scale scale, View<const Segment, 1, Device> segments, View<T, 3, Device> q) {
    check_segments(cuda, "scale_queries", segments, q.shape[0], any_rows);
    const std::int64_t blocks = most_query_tiles(q.shape[0], segments.shape[0], 1);
    cuda.launch("scale_queries", scale_queries_kernel<Scale, T>,
                element_grid(blocks, q.shape[1] * q.shape[2]), element_threads, 0, scale, segments, q);
  }
};

}  // namespace qwen3vl
