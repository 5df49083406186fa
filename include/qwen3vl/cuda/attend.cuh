#pragma once

#include <type_traits>

#include <qwen3vl/cuda/attend_next.cuh>
#include <qwen3vl/cuda/attend_plain.cuh>
#include <qwen3vl/cuda/attend_split.cuh>
#include <qwen3vl/cuda/attend_tiles.cuh>
#include <qwen3vl/ops/attend.hpp>

namespace qwen3vl {

/// Which kernel attends:
///
///   few tokens a segment (decode)   attend_next.cuh    tensor cores; the keys are shared out to many blocks
///   few, f32 or other heads         attend_split.cuh   floats; likewise
///   many, bf16 or f16               attend_tiles.cuh   tensor cores; heads of up to 128, 72 as 80
///   many, f32 or wider heads        attend_plain.cuh   floats
///
/// Segments are on the device, so that the choice goes by the number of tokens and segments alone.
template <> struct AttendKernel<Cuda> {
  static constexpr std::int64_t few = 4;  // tokens a segment, on average
  static constexpr std::int64_t max_head_dim = 512;
  static constexpr int weight_parts = 2;  // the softmax is float's (ops/attend.hpp): cuda/attend_tiles.cuh

  template <Mask M, Element T>
  static void run(Cuda& cuda, M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                  View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                  View<T, 3, Device> out) {
    const std::int64_t tokens = q.shape[0], heads = q.shape[1], head_dim = q.shape[2];
    expect(head_dim <= max_head_dim, "attend", "head_dim is above 512");
    check_segments(cuda, "attend", segments, tokens, keys.shape[0]);
    if (q.size() == 0 || segments.size() == 0) return;
    if constexpr (!std::is_same_v<T, float>)
      if (tokens <= few * segments.shape[0] && next(cuda, mask, segments, q, keys, values, scale, out))
        return;
    if (tokens <= few * segments.shape[0]) {
      const int splits = attend_splits(cuda, tokens, heads, keys.shape[1], head_dim, keys.shape[0]);
      if (splits > 0) return split(cuda, mask, segments, q, keys, values, scale, splits, out);
    }
    const auto plain = [&](auto kernel) {
      const dim3 blocks(unsigned(most_query_tiles(tokens, segments.shape[0], plain_queries)),
                        unsigned(heads));
      cuda.launch_early("attend", kernel, blocks, plain_threads, plain_shared_bytes(head_dim), mask, segments,
                        q, keys, values, scale, out);
    };
    if constexpr (std::is_same_v<T, float>) {
      head_dim <= 128 ? plain(attend_plain_kernel<128, T, M>)
                      : plain(attend_plain_kernel<max_head_dim, T, M>);
    } else {
      if (head_dim <= 128)
        attend_tiles<weight_parts>(cuda, mask, segments, q, keys, values, scale, out);
      else
        plain(attend_plain_kernel<max_head_dim, T, M>);
    }
  }

 private:
  /// False: not with these, and nothing was done.
  template <Mask M, Element T>
  static bool next(Cuda& cuda, M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                   View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                   View<T, 3, Device> out) {
    if (!fits_attend_next(q, keys, values)) return false;
    const std::int64_t tokens = q.shape[0], group = q.shape[1] / keys.shape[1],
                       rows = keys.shape[1] * ((group + next_heads - 1) / next_heads);
    const int splits = attend_next_splits(cuda, tokens, rows, q.shape[2], keys.shape[0]);
    if (splits == 0) return false;
    const auto launch = [&](auto kernel, std::size_t shared_bytes) {
      cuda.launch_early("attend", kernel, dim3(unsigned(tokens), unsigned(rows), unsigned(splits)),
                        next_threads, shared_bytes, mask, segments, q, keys, values, scale,
                        reinterpret_cast<float*>(cuda.scratch()), cuda.done_counters(), out);
    };
    if (q.shape[2] <= 64)
      launch(attend_next_kernel<64, T, M>, next_shared_bytes<64, T>);
    else
      launch(attend_next_kernel<128, T, M>, next_shared_bytes<128, T>);
    return true;
  }

  template <Mask M, Element T>
  static void split(Cuda& cuda, M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                    View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale, int splits,
                    View<T, 3, Device> out) {
    const std::int64_t tokens = q.shape[0], heads = q.shape[1], group = heads / keys.shape[1];
    float* const partial = reinterpret_cast<float*>(cuda.scratch());
    const dim3 blocks(unsigned(tokens), unsigned(keys.shape[1] * ((group + split_heads - 1) / split_heads)),
                      unsigned(splits));
    const auto launch = [&](auto kernel) {
      cuda.launch_early("attend", kernel, blocks, split_threads, 0, mask, segments, q, keys, values, scale,
                        partial);
    };
    q.shape[2] <= split_threads ? launch(attend_split_kernel<1, T, M>) : launch(attend_split_kernel<4, T, M>);
    cuda.launch_early("attend", attend_join_kernel<T>, dim3(unsigned(tokens), unsigned(heads)), split_threads,
                      0, partial, splits, out);
  }
};

}  // namespace qwen3vl
