#pragma once

#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <qwen3vl/cuda/async_copy.cuh>
#include <qwen3vl/cuda/dynamic_shared.cuh>
#include <qwen3vl/cuda/mma.cuh>
#include <qwen3vl/cuda/segments.cuh>
#include <qwen3vl/cuda/vectors.cuh>

/// Attention of many queries on the tensor cores (Dao 2023, §3.1; the softmax of Milakov & Gimelshein 2018):
///
///   grid   [tiles of 128 queries · heads], the last tiles first: under a causal mask they have the most keys
///   block  128 threads; a warp owns 32 queries, two runs of 16
///   shared 128 queries, a tile of 64 keys, one of 64 values; rows padded by 16 bytes, so that the eight rows
///          of a matrix lie in eight different groups of banks
///   bound  arithmetic: a warp reads a tile of keys and values once for 32 queries, else shared memory would
///          be the bound
///
///   scores  s = q·kᵀ                                          [32, 64] in registers
///   stream  m' = max(m, max s);  p = 2^(c·s − c·m');  o ← o·2^(c·m − c·m') + p·v;  l ← l·2^(c·m − c·m') + Σ p
///   result  o / l                                             c = scale · log₂ e
///
/// The result is the same for any m' that is near the maximum. So m stays until c·m' is above c·m by 8: no p is
/// above 2⁸, and o and l are scaled in the first tiles and then hardly ever.
///
/// Two copies are under way in turn: the values of a tile while its scores are made, the keys of the next
/// while the weights meet the values.
///
///   await keys │ barrier │ begin values │ s │ softmax │ await values │ barrier │ begin next keys │ o
///
/// p is a float and the tensor cores take bf16. With `Parts` = 2, p goes as the sum of two, p = high + low: 16
/// bits of it survive and the result is as good as with floats, for a third more products in all. With 1 it is
/// rounded to T, as the reference's eager attention does.
///
/// Loops over registers are unrolled: what is indexed by a variable is no register.
///
/// Tiles begin at key 0 of the segment, whatever the queries: a chunk of a prompt adds in the same order as
/// the whole. Keys that no query of the block may see are not read, and count as zeros.
namespace qwen3vl {

inline constexpr int tile_queries = 128, tile_keys = 64;  // of a block; of a step
inline constexpr int tile_threads = 128, tile_warp_queries = 32;
inline constexpr float most_growth = 8;  // of the exponent of two, before sums are scaled

/// Elements from a row of a tile to the next.
template <int Dim, class T> inline constexpr int tile_stride = Dim + Sixteen<T>::count;
template <int Dim, class T>
inline constexpr std::size_t tiles_shared_bytes = sizeof(T) *
                                                  (tile_queries + 2 * tile_keys) * tile_stride<Dim, T>;

/// Begins to bring `Rows` rows of a head, those that are not `wanted` as zeros, into a tile of `Dim` columns of
/// which head_dim are there. Four threads share a row, so that a warp touches whole sectors of eight rows.
template <int Dim, int Rows, class T, class Wanted>
__device__ void bring_rows(const T* from, std::int64_t stride, int head_dim, bool wide, Wanted wanted,
                           T* tile) {
  constexpr int run = Sixteen<T>::count, team = 4, rows = tile_threads / team;
  if (wide) {
    const int own_row = threadIdx.x / team, own = threadIdx.x % team * run;
#pragma unroll
    for (int r0 = 0; r0 < Rows; r0 += rows) {
      const bool there = wanted(r0 + own_row);
      const T* const row = there ? from + (r0 + own_row) * stride + own : from;
      T* const to = tile + (r0 + own_row) * tile_stride<Dim, T> + own;
#pragma unroll
      for (int c = 0; c < Dim; c += team * run)
        if (Dim % (team * run) == 0 || c + own < Dim)
          copy_sixteen(to + c, row + c, there && c + own < head_dim);
    }
  } else {
#pragma unroll 1
    for (int i = threadIdx.x; i < Rows * Dim; i += tile_threads) {
      const int r = i / Dim, c = i % Dim;
      tile[r * tile_stride<Dim, T> + c] = c < head_dim && wanted(r) ? from[r * stride + c] : T(0.0f);
    }
  }
}

/// The largest, or smallest, of a warp's numbers.
__device__ inline int warp_most(int value) {
  for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
    const int other = __shfl_xor_sync(0xffffffffu, value, distance);
    value = other > value ? other : value;
  }
  return value;
}
__device__ inline int warp_least(int value) { return -warp_most(-value); }

template <int Dim, int Parts, class T, class M>
__global__ void __launch_bounds__(tile_threads, 2)
    attend_tiles_kernel(M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                        View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                        View<T, 3, Device> out) {
  after_earlier();
  static_assert(Dim % 16 == 0 && sizeof(T) == 2 && (Parts == 1 || Parts == 2));
  constexpr int stride = tile_stride<Dim, T>;
  T* const query_tile = reinterpret_cast<T*>(dynamic_shared());  // [128, Dim]
  T* const key_tile = query_tile + tile_queries * stride;        // [64, Dim]
  T* const value_tile = key_tile + tile_keys * stride;           // [64, Dim]
  __shared__ QuerySight sight[tile_queries];
  __shared__ int first_key, end_key;  // of what any query of the block sees

  const int heads = static_cast<int>(q.shape[1]), head_dim = static_cast<int>(q.shape[2]);
  const QueryTile tile = find_query_tile(segments, q.shape[0], keys.shape[0],
                                         (gridDim.x - 1 - blockIdx.x) / heads, tile_queries);
  if (tile.queries == 0) return;
  const std::int64_t h = blockIdx.x % heads, kv_head = h / (heads / keys.shape[1]);
  const int lane = threadIdx.x % warp_threads, warp_row = threadIdx.x / warp_threads * tile_warp_queries;

  // what each query sees; what the warp's together see, and what each of them does
  if (threadIdx.x == 0) first_key = tile.segment.keys, end_key = 0;
  __syncthreads();
  QuerySight own{{INT_MAX, 0}, false};  // there is no such query
  if (static_cast<int>(threadIdx.x) < tile.queries)
    own = query_sight(mask, tile.segment, tile.first + static_cast<int>(threadIdx.x));
  sight[threadIdx.x] = own;
  const int warp_first = warp_least(own.range.begin), warp_end = warp_most(own.range.end);
  const KeyRange all_see{warp_most(own.range.begin), warp_least(own.range.end)};
  if (lane == 0) atomicMin(&first_key, warp_first), atomicMax(&end_key, warp_end);
  __syncthreads();
  const int first = first_key, end = end_key, begin = first / tile_keys * tile_keys;

  const std::int64_t query_row = tile.segment.query_begin + tile.first;
  const T* const key_rows = keys.data + tile.segment.key_begin * keys.stride[0] + kv_head * keys.stride[1];
  const T* const value_rows =
      values.data + tile.segment.key_begin * values.stride[0] + kv_head * values.stride[1];
  const bool wide_keys = loads_heads_wide(keys), wide_values = loads_heads_wide(values);
  const auto bring_keys = [&](int k0) {
    bring_rows<Dim, tile_keys>(
        key_rows + k0 * keys.stride[0], keys.stride[0], head_dim, wide_keys,
        [=](int r) { return k0 + r >= first && k0 + r < end; }, key_tile);
    end_copies();
  };
  const auto bring_values = [&](int k0) {
    bring_rows<Dim, tile_keys>(
        value_rows + k0 * values.stride[0], values.stride[0], head_dim, wide_values,
        [=](int r) { return k0 + r >= first && k0 + r < end; }, value_tile);
    end_copies();
  };

  // a blind query is zeros: every score is 0
  bring_rows<Dim, tile_queries>(
      q.data + query_row * q.stride[0] + h * q.stride[1], q.stride[0], head_dim, loads_heads_wide(q),
      [&](int r) { return r < tile.queries && !sight[r].blind; }, query_tile);
  if (begin < end) bring_keys(begin);

  // run m of the warp's queries, row r · 8 + lane / 4 of it
  float sum[2][Dim / 8][4] = {}, largest[2][2], total[2][2] = {};
#pragma unroll
  for (int m = 0; m < 2; ++m) largest[m][0] = largest[m][1] = -INFINITY;
  const float to_log2 = scale * 1.4426950408889634f;  // e^x = 2^(x·log₂ e)
  const T* const query = query_tile + (warp_row + lane % 16) * stride + lane / 16 * 8;
  const T* const key = key_tile + (lane / 16 * 8 + lane % 8) * stride + lane / 8 % 2 * 8;
  const T* const value = value_tile + lane % 16 * stride + lane / 16 * 8;

  for (int k0 = begin; k0 < end; k0 += tile_keys) {
    const bool looks = k0 < warp_end && k0 + tile_keys > warp_first;  // does any query of the warp?
    await_copies<0>();
    __syncthreads();  // queries and keys are there, the last values are done with
    bring_values(k0);

    float score[2][tile_keys / 8][4] = {};
    if (looks) {
#pragma unroll
      for (int k = 0; k < Dim / 16; ++k) {
        std::uint32_t a[2][4];
        load_matrices(query + k * 16, a[0]);
        load_matrices(query + 16 * stride + k * 16, a[1]);
#pragma unroll
        for (int n = 0; n < tile_keys / 8; n += 2) {
          std::uint32_t b[4];
          load_matrices(key + n * 8 * stride + k * 16, b);
          const std::uint32_t one[2] = {b[0], b[1]}, next[2] = {b[2], b[3]};
#pragma unroll
          for (int m = 0; m < 2; ++m)
            multiply_add<T>(a[m], one, score[m][n]), multiply_add<T>(a[m], next, score[m][n + 1]);
        }
      }

      if (k0 < all_see.begin || k0 + tile_keys > all_see.end)  // not every query sees every key
#pragma unroll
        for (int m = 0; m < 2; ++m)
#pragma unroll
          for (int r = 0; r < 2; ++r) {
            const KeyRange range = sight[warp_row + m * 16 + r * 8 + lane / 4].range;
#pragma unroll
            for (int n = 0; n < tile_keys / 8; ++n)
#pragma unroll
              for (int j = 0; j < 2; ++j) {
                const int at = k0 + n * 8 + lane % 4 * 2 + j;
                if (at < range.begin || at >= range.end) score[m][n][2 * r + j] = -INFINITY;
              }
          }

      float shrink[2][2];
      bool shrinks = false;
#pragma unroll
      for (int m = 0; m < 2; ++m)
#pragma unroll
        for (int r = 0; r < 2; ++r) {
          float most = -INFINITY;
#pragma unroll
          for (int n = 0; n < tile_keys / 8; ++n)
            most = fmaxf(most, fmaxf(score[m][n][2 * r], score[m][n][2 * r + 1]));
          for (int distance = 1; distance < 4; distance *= 2)  // the four lanes of a row
            most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, distance));
          const float before = largest[m][r] * to_log2, now = most * to_log2;
          const bool grows = now > before + most_growth;
          const float base = grows ? now : before == -INFINITY ? 0.0f : before;  // nothing seen: 2^−∞
          if (grows) largest[m][r] = most, shrinks = true;
          shrink[m][r] = grows ? power_of_two(before - base) : 1.0f;
          float added = 0;
#pragma unroll
          for (int n = 0; n < tile_keys / 8; ++n)
#pragma unroll
            for (int j = 0; j < 2; ++j) {
              float& s = score[m][n][2 * r + j];
              s = power_of_two(s * to_log2 - base);
              added += s;
            }
          total[m][r] = total[m][r] * shrink[m][r] + added;
        }
      if (__any_sync(0xffffffffu, shrinks))
#pragma unroll
        for (int m = 0; m < 2; ++m)
#pragma unroll
          for (int n = 0; n < Dim / 8; ++n)
#pragma unroll
            for (int j = 0; j < 4; ++j) sum[m][n][j] *= shrink[m][j / 2];
    }

    await_copies<0>();
    __syncthreads();  // the values are there, the keys are done with
    if (k0 + tile_keys < end) bring_keys(k0 + tile_keys);
    if (!looks) continue;

      // a lane's weights are a lane's part of A, sixteen keys at a time
#pragma unroll
    for (int k = 0; k < tile_keys / 16; ++k) {
      std::uint32_t weight[Parts][2][4];  // high, low
#pragma unroll
      for (int m = 0; m < 2; ++m)
#pragma unroll
        for (int at = 0; at < 4; ++at) {
          const float* const p = &score[m][2 * k + at / 2][at % 2 * 2];
          const std::uint32_t high = weight[0][m][at] = round_pair<T>(p[0], p[1]);
          if constexpr (Parts == 2)
            weight[1][m][at] = round_pair<T>(p[0] - first_of<T>(high), p[1] - second_of<T>(high));
        }
#pragma unroll
      for (int n = 0; n < Dim / 8; n += 2) {
        std::uint32_t b[4];
        load_transposed(value + k * 16 * stride + n * 8, b);
#pragma unroll
        for (int part = 0; part < Parts; ++part)  // outermost: no product waits for the one before it
#pragma unroll
          for (int half = 0; half < 2; ++half) {
            if (Dim == 80 && n + half == 9 && head_dim <= 72) continue;  // the tower's 72
            const std::uint32_t column[2] = {b[2 * half], b[2 * half + 1]};
#pragma unroll
            for (int m = 0; m < 2; ++m) multiply_add<T>(weight[part][m], column, sum[m][n + half]);
          }
      }
    }
  }

  // through the warp's own queries' place, so that rows leave in runs of sixteen bytes
  await_copies<0>();
  __syncthreads();
#pragma unroll
  for (int m = 0; m < 2; ++m)
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      for (int distance = 1; distance < 4; distance *= 2)
        total[m][r] += __shfl_xor_sync(0xffffffffu, total[m][r], distance);
      const float share = total[m][r] == 0 ? 0.0f : 1 / total[m][r];
      T* const to = query_tile + (warp_row + m * 16 + r * 8 + lane / 4) * stride + lane % 4 * 2;
#pragma unroll
      for (int n = 0; n < Dim / 8; ++n)
        *reinterpret_cast<std::uint32_t*>(to + n * 8) =
            round_pair<T>(sum[m][n][2 * r] * share, sum[m][n][2 * r + 1] * share);
    }
  __syncwarp();
  const bool wide_out = loads_heads_wide(out);
  constexpr int run = Sixteen<T>::count, runs = Dim / run;
  for (int i = lane; i < tile_warp_queries * runs; i += warp_threads) {
    const int row = warp_row + i / runs, c = i % runs * run;
    if (row >= tile.queries || c >= head_dim) continue;
    const T* const from = query_tile + row * stride + c;
    T* const to = out.data + (query_row + row) * out.stride[0] + h * out.stride[1] + c;
    if (wide_out)
      *reinterpret_cast<Sixteen<T>*>(to) = *reinterpret_cast<const Sixteen<T>*>(from);
    else
      for (int j = 0; j < run && c + j < head_dim; ++j) to[j] = from[j];
  }
}

/// Heads of up to 128.
template <int Parts, class M, class T>
void attend_tiles(Cuda& cuda, M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                  View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                  View<T, 3, Device> out) {
  const std::int64_t blocks = most_query_tiles(q.shape[0], segments.shape[0], tile_queries) * q.shape[1];
  const auto launch = [&](auto kernel, std::size_t shared_bytes) {
    cuda.launch_early("attend", kernel, unsigned(blocks), tile_threads, shared_bytes, mask, segments, q, keys,
                      values, scale, out);
  };
  if (q.shape[2] <= 64)
    launch(attend_tiles_kernel<64, Parts, T, M>, tiles_shared_bytes<64, T>);
  else if (q.shape[2] <= 80)
    launch(attend_tiles_kernel<80, Parts, T, M>, tiles_shared_bytes<80, T>);
  else
    launch(attend_tiles_kernel<128, Parts, T, M>, tiles_shared_bytes<128, T>);
}

}  // namespace qwen3vl
