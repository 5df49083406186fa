#pragma once

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/cuda/segments.cuh>
#include <qwen3vl/ops/append.hpp>
#include <qwen3vl/ops/convert.hpp>
#include <qwen3vl/ops/embed.hpp>
#include <qwen3vl/ops/take_rows.hpp>
#include <qwen3vl/ops/visual_rows.hpp>

/// The ops that move rows about: embed, take_rows, replace_rows, add_rows, append, convert. A run a thread
/// (cuda/elements.cuh); the memory bounds them all.
namespace qwen3vl {

/// out[i, :] = table[rows[i], :], zeros where there is no such row: embed and take_rows.
template <int N, class T>
__global__ void pick_rows_kernel(View<const T, 2, Device> table, View<const int, 1, Device> rows,
                                 View<T, 2, Device> out) {
  after_earlier();
  const int row = rows(blockIdx.x);
  const bool there = row >= 0 && row < table.shape[0];
  for_own_run<N>(out.shape[1], [=](std::int64_t i, std::int64_t c) {
    store_run<N>(&out(i, c), there ? load_run<N>(&table(row, c)) : Run<T, N>{});
  });
}
template <class T>
void pick_rows(Cuda& cuda, const char* op, View<const T, 2, Device> table, View<const int, 1, Device> rows,
               View<T, 2, Device> out) {
  const auto launch = [&](auto n) {
    const auto [blocks, threads] = run_grid(out.shape[0], out.shape[1], n);
    cuda.launch_early(op, pick_rows_kernel<n(), T>, blocks, threads, 0, table, rows, out);
  };
  with_longest_run<T>(launch, table, out);
}

template <> struct EmbedKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> table, View<const int, 1, Device> ids,
                  View<T, 2, Device> out) {
    pick_rows(cuda, "embed", table, ids, out);
  }
};

template <> struct TakeRowsKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> x, View<const int, 1, Device> rows,
                  View<T, 2, Device> out) {
    pick_rows(cuda, "take_rows", x, rows, out);
  }
};

template <int N, class T>
__global__ void replace_rows_kernel(View<const T, 2, Device> features, View<const int, 1, Device> visual,
                                    View<T, 2, Device> x) {
  after_earlier();
  const int row = visual(blockIdx.x);
  if (row < 0 || row >= features.shape[0]) return;
  for_own_run<N>(x.shape[1], [=](std::int64_t t, std::int64_t c) {
    store_run<N>(&x(t, c), load_run<N>(&features(row, c)));
  });
}

template <int N, class T>
__global__ void add_rows_kernel(View<const T, 2, Device> features, View<const int, 1, Device> visual,
                                View<T, 2, Device> x) {
  after_earlier();
  const int row = visual(blockIdx.x);
  if (row < 0 || row >= features.shape[0]) return;
  for_own_run<N>(x.shape[1], [=](std::int64_t t, std::int64_t c) {
    const Floats<N> more = load_floats<N>(&features(row, c));
    Floats<N> sum = load_floats<N>(&x(t, c));
#pragma unroll
    for (int j = 0; j < N; ++j) sum.at[j] += more.at[j];
    store_rounded(&x(t, c), sum);
  });
}

template <> struct VisualRowsKernel<Cuda> {
  template <Element T>
  static void replace(Cuda& cuda, View<const T, 2, Device> features, View<const int, 1, Device> visual,
                      View<T, 2, Device> x) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1], n);
      cuda.launch_early("replace_rows", replace_rows_kernel<n(), T>, blocks, threads, 0, features, visual, x);
    };
    with_longest_run<T>(launch, features, x);
  }
  template <Element T>
  static void add(Cuda& cuda, View<const T, 2, Device> features, View<const int, 1, Device> visual,
                  View<T, 2, Device> x) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1], n);
      cuda.launch_early("add_rows", add_rows_kernel<n(), T>, blocks, threads, 0, features, visual, x);
    };
    with_longest_run<T>(launch, features, x);
  }
};

/// A block for every token there can be: it looks for the segment that the token is a query of.
template <int N, class T>
__global__ void append_kernel(View<const Segment, 1, Device> segments, View<const T, 3, Device> x,
                              View<T, 3, Device> cache) {
  after_earlier();
  const QueryTile tile = find_query_tile(segments, x.shape[0], cache.shape[0], blockIdx.x, 1);
  const Segment& s = tile.segment;
  if (tile.queries == 0 || s.queries > s.keys) return;
  const std::int64_t from = s.query_begin + tile.first, to = s.key_begin + s.keys - s.queries + tile.first;
  const int head_dim = static_cast<int>(x.shape[2]);
  for_own_run<N>(x.shape[1] * head_dim, [=](std::int64_t, std::int64_t at) {
    const int h = static_cast<int>(at) / head_dim, c = static_cast<int>(at) % head_dim;
    store_run<N>(&cache(to, h, c), load_run<N>(&x(from, h, c)));
  });
}

template <> struct AppendKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const Segment, 1, Device> segments, View<const T, 3, Device> x,
                  View<T, 3, Device> cache) {
    check_segments(cuda, "append", segments, x.shape[0], cache.shape[0]);
    const auto launch = [&](auto n) {
      const auto [blocks, threads] =
          run_grid(most_query_tiles(x.shape[0], segments.shape[0], 1), x.shape[1] * x.shape[2], n);
      cuda.launch_early("append", append_kernel<n(), T>, blocks, threads, 0, segments, x, cache);
    };
    with_longest_run<T>(launch, x, cache);
  }
};

template <int N, class From, class To>
__global__ void convert_kernel(View<const From, 2, Device> x, View<To, 2, Device> out) {
  after_earlier();
  for_own_run<N>(x.shape[1], [=](std::int64_t r, std::int64_t c) {
    store_rounded(&out(r, c), load_floats<N>(&x(r, c)));
  });
}

template <> struct ConvertKernel<Cuda> {
  template <Element From, Element To>
  static void run(Cuda& cuda, View<const From, 2, Device> x, View<To, 2, Device> out) {
    const auto launch = [&](auto n) {
      const auto [blocks, threads] = run_grid(x.shape[0], x.shape[1], n);
      cuda.launch_early("convert", convert_kernel<n(), From, To>, blocks, threads, 0, x, out);
    };
    using Longer = std::conditional_t<(sizeof(From) > sizeof(To)), From, To>;
    with_longest_run<Longer>(launch, x, out);
  }
};

}  // namespace qwen3vl
