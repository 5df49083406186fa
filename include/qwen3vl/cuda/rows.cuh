#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/cuda/segments.cuh>
#include <qwen3vl/ops/append.hpp>
#include <qwen3vl/ops/convert.hpp>
#include <qwen3vl/ops/embed.hpp>
#include <qwen3vl/ops/take_rows.hpp>
#include <qwen3vl/ops/visual_rows.hpp>

/// The ops that move rows about: embed, take_rows, replace_rows, add_rows, append, convert. Element by element
/// (cuda/elements.cuh); the memory bounds them all.
namespace qwen3vl {

/// out[i, :] = table[rows[i], :], zeros where there is no such row: embed and take_rows.
template <class T>
__global__ void pick_rows_kernel(View<const T, 2, Device> table, View<const int, 1, Device> rows,
                                 View<T, 2, Device> out) {
  const int row = rows(blockIdx.x);
  const bool there = row >= 0 && row < table.shape[0];
  for_own_elements(out.shape[1],
                   [=](std::int64_t i, std::int64_t c) { out(i, c) = there ? table(row, c) : T(0.0f); });
}

template <> struct EmbedKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> table, View<const int, 1, Device> ids,
                  View<T, 2, Device> out) {
    cuda.launch("embed", pick_rows_kernel<T>, element_grid(out.shape[0], out.shape[1]), element_threads, 0,
                table, ids, out);
  }
};

template <> struct TakeRowsKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const int, 1, Device> rows,
                  View<T, 2, Device> out) {
    cuda.launch("take_rows", pick_rows_kernel<T>, element_grid(out.shape[0], out.shape[1]), element_threads,
                0, x, rows, out);
  }
};

template <class T>
__global__ void replace_rows_kernel(View<const T, 2, Device> features, View<const int, 1, Device> visual,
                                    View<T, 2, Device> x) {
  const int row = visual(blockIdx.x);
  if (row < 0 || row >= features.shape[0]) return;
  for_own_elements(x.shape[1], [=](std::int64_t t, std::int64_t c) { x(t, c) = features(row, c); });
}

template <class T>
__global__ void add_rows_kernel(View<const T, 2, Device> features, View<const int, 1, Device> visual,
                                View<T, 2, Device> x) {
  const int row = visual(blockIdx.x);
  if (row < 0 || row >= features.shape[0]) return;
  for_own_elements(x.shape[1], [=](std::int64_t t, std::int64_t c) {
    x(t, c) = T(float(x(t, c)) + float(features(row, c)));
  });
}

template <> struct VisualRowsKernel<Cuda> {
  template <Element T>
  static void replace(Cuda& cuda, View<const T, 2, Device> features, View<const int, 1, Device> visual,
                      View<T, 2, Device> x) {
    cuda.launch("replace_rows", replace_rows_kernel<T>, element_grid(x.shape[0], x.shape[1]), element_threads,
                0, features, visual, x);
  }
  template <Element T>
  static void add(Cuda& cuda, View<const T, 2, Device> features, View<const int, 1, Device> visual,
                  View<T, 2, Device> x) {
    cuda.launch("add_rows", add_rows_kernel<T>, element_grid(x.shape[0], x.shape[1]), element_threads, 0,
                features, visual, x);
  }
};

/// A block for every token there can be: it looks for the segment that the token is a query of.
template <class T>
__global__ void append_kernel(View<const Segment, 1, Device> segments, View<const T, 3, Device> x,
                              View<T, 3, Device> cache) {
  const QueryTile tile = find_query_tile(segments, x.shape[0], cache.shape[0], blockIdx.x, 1);
  const Segment& s = tile.segment;
  if (tile.queries == 0 || s.queries > s.keys) return;
  const std::int64_t from = s.query_begin + tile.first, to = s.key_begin + s.keys - s.queries + tile.first;
  const std::int64_t head_dim = x.shape[2];
  for_own_elements(x.shape[1] * head_dim, [=](std::int64_t, std::int64_t i) {
    cache(to, i / head_dim, i % head_dim) = x(from, i / head_dim, i % head_dim);
  });
}

template <> struct AppendKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const Segment, 1, Device> segments, View<const T, 3, Device> x,
                  View<T, 3, Device> cache) {
    check_segments(cuda, "append", segments, x.shape[0], cache.shape[0]);
    const std::int64_t blocks = most_query_tiles(x.shape[0], segments.shape[0], 1);
    cuda.launch("append", append_kernel<T>, element_grid(blocks, x.shape[1] * x.shape[2]), element_threads, 0,
                segments, x, cache);
  }
};

template <class From, class To>
__global__ void convert_kernel(View<const From, 2, Device> x, View<To, 2, Device> out) {
  for_own_elements(x.shape[1], [=](std::int64_t r, std::int64_t c) { out(r, c) = To(float(x(r, c))); });
}

template <> struct ConvertKernel<Cuda> {
  template <Element From, Element To>
  static void run(Cuda& cuda, View<const From, 2, Device> x, View<To, 2, Device> out) {
    cuda.launch("convert", convert_kernel<From, To>, element_grid(x.shape[0], x.shape[1]), element_threads, 0,
                x, out);
  }
};

}  // namespace qwen3vl
