#pragma once

#include <algorithm>
#include <limits>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/float_product.hpp>
#include <qwen3vl/cpu/vector.hpp>
#include <qwen3vl/ops/attend.hpp>

namespace qwen3vl {

/// One task: the queries of one kv head, up to 64 rows of (token, head of the group), against all the
/// keys that any of them may see, up to 144 at a time. A tile of keys and one of values are widened to float
/// once and serve the whole group; scores and sums of a tile are Eigen products in the thread's scratch.
///
///   scores  s = q·kᵀ                        [rows, tile]
///   stream  m' = max(m, max s);  o ← o·e^(m−m') + e^(s−m')·v;  l ← l·e^(m−m') + Σ e^(s−m')
///   result  o / l
///
/// Tiles begin at key 0 of the segment whatever the queries, and are padded to the 48 keys and 4 rows
/// that Eigen handles alike: a chunk of a prompt adds in the same order as the whole. Wide heads get
/// fewer keys at a time, so that what Eigen packs stays below its limit for the stack and nothing is
/// allocated. Keys that no query of the task may see are not even read.
template <> struct AttendKernel<Cpu> {
  static constexpr std::int64_t max_rows = 64, max_tile = 144, max_head_dim = 512;
  static constexpr std::int64_t packed_floats = 32 * 1024;  // EIGEN_STACK_ALLOCATION_LIMIT
  static_assert(max_rows * max_head_dim <= packed_floats && 48 * max_head_dim <= packed_floats);
  static_assert((2 * max_rows + 2 * max_tile) * max_head_dim + max_rows * (max_tile + 4) <=
                Cpu::scratch_floats);

  template <Mask M, Element T>
  static void run(Cpu& cpu, M mask, View<const Segment, 1> segments, View<const T, 3> q,
                  View<const T, 3> keys, View<const T, 3> values, float scale, View<T, 3> out) {
    const std::int64_t kv_heads = keys.shape[1], group = q.shape[1] / kv_heads;
    expect(q.shape[2] <= max_head_dim, "attend", "head_dim is above 512");
    expect(group <= max_rows, "attend", "more than 64 heads share a kv head");
    const std::int64_t block = std::max<std::int64_t>(1, max_rows / group);  // tokens of a task
    for (std::int64_t s = 0; s < segments.shape[0]; ++s) {
      const Segment segment = segments(s);
      expect(within(segment, q.shape[0], keys.shape[0]), "attend",
             "a segment reaches beyond the queries or the keys");
      const std::int64_t blocks = (segment.queries + block - 1) / block;
      cpu.parallel_ranges(blocks * kv_heads, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
        for (std::int64_t task = begin; task < end; ++task) {
          const std::int64_t first = task % blocks * block;
          attend_block(mask, segment, q, keys, values, scale, out, task / blocks, first,
                       std::min(block, segment.queries - first), cpu.scratch(thread));
        }
      });
    }
  }

 private:
  template <Mask M, Element T>
  static void attend_block(M mask, Segment segment, View<const T, 3> q, View<const T, 3> keys,
                           View<const T, 3> values, float scale, View<T, 3> out, std::int64_t kv_head,
                           std::int64_t first, std::int64_t tokens, float* scratch) {
    const std::int64_t d = q.shape[2], group = q.shape[1] / keys.shape[1], rows = tokens * group;
    const std::int64_t tile = std::clamp<std::int64_t>(packed_floats / std::max<std::int64_t>(d, 1) / 48 * 48,
                                                       48, max_tile);  // keys at a time
    float* const query = scratch;                                      // [rows, d]
    float* const key = query + max_rows * max_head_dim;                // [tile, d]
    float* const value = key + max_tile * max_head_dim;                // [tile, d]
    float* const sum = value + max_tile * max_head_dim;                // [rows, d]
    float* const score = sum + max_rows * max_head_dim;                // [rows, tile]
    float* const largest = score + max_rows * max_tile;                // [rows]
    float* const total = largest + max_rows;                           // [rows]

    KeyRange range[max_rows];  // of each token; one for the whole group
    bool blind[max_rows];      // sees nothing: every key alike
    KeyRange all{segment.keys, 0};
    for (std::int64_t t = 0; t < tokens; ++t) {
      range[t] = mask.visible(segment, static_cast<int>(first + t));
      range[t] = {std::max(range[t].begin, 0), std::min(range[t].end, segment.keys)};
      blind[t] = range[t].begin >= range[t].end;
      if (blind[t]) range[t] = {0, segment.keys};
      all = {std::min(all.begin, range[t].begin), std::max(all.end, range[t].end)};
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* const from = &q(segment.query_begin + first + r / group, kv_head * group + r % group, 0);
      for (std::int64_t c = 0; c < d; ++c)
        query[r * d + c] = blind[r / group] ? 0.0f : float(from[c]) * scale;
      largest[r] = -std::numeric_limits<float>::infinity();
      total[r] = 0;
    }
    const std::int64_t padded_rows = (rows + 3) / 4 * 4;
    std::fill_n(query + rows * d, (padded_rows - rows) * d, 0.0f);
    std::fill_n(sum, padded_rows * d, 0.0f);

    for (std::int64_t k0 = all.begin / tile * tile; k0 < all.end; k0 += tile) {
      const std::int64_t n = std::min<std::int64_t>(tile, all.end - k0);
      const std::int64_t unseen = std::max<std::int64_t>(all.begin - k0, 0);
      std::fill_n(key, unseen * d, 0.0f);
      std::fill_n(value, unseen * d, 0.0f);
      for (std::int64_t k = unseen; k < n; ++k) {
        widen(&keys(segment.key_begin + k0 + k, kv_head, 0), d, key + k * d);
        widen(&values(segment.key_begin + k0 + k, kv_head, 0), d, value + k * d);
      }
      const std::int64_t padded = (n + 47) / 48 * 48;
      std::fill_n(key + n * d, (padded - n) * d, 0.0f);
      std::fill_n(value + n * d, (padded - n) * d, 0.0f);
      multiply_by_transposed(query, d, key, d, score, padded, padded_rows, padded, d, false);
      for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t from = std::clamp<std::int64_t>(range[r / group].begin - k0, 0, n);
        const std::int64_t to = std::clamp<std::int64_t>(range[r / group].end - k0, 0, n);
        float* const s = score + r * padded;
        std::fill(s, s + from, 0.0f);
        std::fill(s + std::max(from, to), s + padded, 0.0f);
        if (from >= to) continue;
        const float shrink = stream_softmax(s + from, to - from, largest[r], total[r]);
        if (shrink != 1.0f)
          for (std::int64_t c = 0; c < d; ++c) sum[r * d + c] *= shrink;
      }
      add_product(score, value, sum, padded_rows, d, padded);
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      T* const to = &out(segment.query_begin + first + r / group, kv_head * group + r % group, 0);
      for (std::int64_t c = 0; c < d; ++c) to[c] = T(total[r] == 0 ? 0.0f : sum[r * d + c] / total[r]);
    }
  }
};

}  // namespace qwen3vl
