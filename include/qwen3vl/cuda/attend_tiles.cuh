#pragma once

#include <cmath>
#include <cstdint>

#include <qwen3vl/cuda/mma.cuh>
#include <qwen3vl/cuda/segments.cuh>
#include <qwen3vl/cuda/vectors.cuh>

/// Attention of many queries on the tensor cores (Dao 2023, §3.1; the softmax of Milakov & Gimelshein 2018):
///
///   grid   [tiles of 64 queries, heads]     block  128 threads; a warp owns 16 queries
///   shared a tile of 64 keys and one of 64 values, rows padded by 8 so that no two banks collide
///   bound  arithmetic
///
///   scores  s = q·kᵀ                                          [16, 64] in registers
///   stream  m' = max(m, max s);  p = 2^(s−m');  o ← o·2^(m−m') + p·v;  l ← l·2^(m−m') + Σ p
///   result  o / l
///
/// p is a float and the tensor cores take bf16, so p goes as the sum of two, p = high + low: 16 bits of it
/// survive, and the result is as good as with floats, for a third more products.
///
/// Loops over registers are unrolled: what is indexed by a variable is no register.
///
/// Tiles begin at key 0 of the segment, whatever the queries: a chunk of a prompt adds in the same order as
/// the whole. Keys that no query of the block may see are not read, and count as zeros.
namespace qwen3vl {

inline constexpr int attend_tile = 64;  // queries of a block, keys of a tile
inline constexpr int attend_threads = 128;

/// 64 rows of a head, those that are not `wanted` as zeros. `Dim` columns of which head_dim are there.
template <int Dim, class T, class Wanted>
__device__ void load_head_rows(const T* from, std::int64_t stride, int head_dim, bool wide, Wanted wanted,
                               T* tile) {
  constexpr int run = Sixteen<T>::count, runs = Dim / run;
  for (int i = threadIdx.x; i < attend_tile * runs; i += attend_threads) {
    const int r = i / runs, c = i % runs * run;
    Sixteen<T> numbers{};
    if (c < head_dim && wanted(r)) {
      const T* const row = from + r * stride + c;
      if (wide)
        numbers = load_sixteen(row);
      else
        for (int j = 0; j < run; ++j)
          if (c + j < head_dim) numbers.at[j] = row[j];
    }
    *reinterpret_cast<Sixteen<T>*>(tile + r * (Dim + run) + c) = numbers;
  }
}

/// May the rows of all heads be loaded by sixteen bytes?
template <class T> __device__ bool loads_heads_wide(const View<const T, 3, Device>& x) {
  return loads_sixteen(x.data, x.stride[0]) && loads_sixteen(x.data, x.stride[1]) &&
         x.shape[2] % Sixteen<T>::count == 0;
}

template <int Dim, class T, class M>
__global__ void __launch_bounds__(attend_threads)
    attend_tiles_kernel(M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                        View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                        View<T, 3, Device> out) {
  static_assert(Dim % 16 == 0 && sizeof(T) == 2);
  constexpr int stride = Dim + Sixteen<T>::count;
  __shared__ alignas(16) T key_tile[attend_tile * stride];
  __shared__ alignas(16) T value_tile[attend_tile * stride];
  __shared__ QuerySight sight[attend_tile];
  __shared__ int first_key, end_key;  // of what any query of the block sees

  const QueryTile tile = find_query_tile(segments, q.shape[0], keys.shape[0], blockIdx.x, attend_tile);
  if (tile.queries == 0) return;
  const std::int64_t h = blockIdx.y, kv_head = h / (q.shape[1] / keys.shape[1]);
  const int head_dim = static_cast<int>(q.shape[2]);
  const int lane = threadIdx.x % warp_threads, own_row = threadIdx.x / warp_threads * 16 + lane / 4,
            pair = lane % 4 * 2;  // rows own_row and own_row + 8; columns pair and pair + 1 of every eight

  // what each query sees
  if (threadIdx.x == 0) first_key = tile.segment.keys, end_key = 0;
  __syncthreads();
  if (threadIdx.x < attend_tile) {
    QuerySight own{{0, 0}, false};
    if (static_cast<int>(threadIdx.x) < tile.queries) {
      own = query_sight(mask, tile.segment, tile.first + static_cast<int>(threadIdx.x));
      atomicMin(&first_key, own.range.begin);
      atomicMax(&end_key, own.range.end);
    }
    sight[threadIdx.x] = own;
  }
  __syncthreads();
  const int first = first_key, end = end_key;
  const KeyRange range[2] = {sight[own_row].range, sight[own_row + 8].range};

  // the queries, through the keys' tile into registers; a blind one is zeros: every score is 0
  load_head_rows<Dim>(
      q.data + (tile.segment.query_begin + tile.first) * q.stride[0] + h * q.stride[1], q.stride[0], head_dim,
      loads_heads_wide(q), [&](int r) { return r < tile.queries && !sight[r].blind; }, key_tile);
  __syncthreads();
  std::uint32_t query[Dim / 16][4];
#pragma unroll
  for (int k = 0; k < Dim / 16; ++k)
#pragma unroll
    for (int part = 0; part < 4; ++part)
      query[k][part] = load_pair(key_tile + (own_row + part % 2 * 8) * stride + k * 16 + part / 2 * 8 + pair);

  float sum[Dim / 8][4] = {}, largest[2] = {-INFINITY, -INFINITY}, total[2] = {0, 0};
  const float to_log2 = scale * 1.4426950408889634f;  // e^x = 2^(x·log₂ e)
  const T* const key_rows = keys.data + tile.segment.key_begin * keys.stride[0] + kv_head * keys.stride[1];
  const T* const value_rows =
      values.data + tile.segment.key_begin * values.stride[0] + kv_head * values.stride[1];

  for (int k0 = first / attend_tile * attend_tile; k0 < end; k0 += attend_tile) {
    const auto seen = [=](int r) { return k0 + r >= first && k0 + r < end; };
    __syncthreads();  // the last tile is done with
    load_head_rows<Dim>(key_rows + k0 * keys.stride[0], keys.stride[0], head_dim, loads_heads_wide(keys),
                        seen, key_tile);
    load_head_rows<Dim>(value_rows + k0 * values.stride[0], values.stride[0], head_dim,
                        loads_heads_wide(values), seen, value_tile);
    __syncthreads();

    float score[attend_tile / 8][4] = {};
#pragma unroll
    for (int n = 0; n < attend_tile / 8; ++n)
#pragma unroll
      for (int k = 0; k < Dim / 16; ++k) {
        const T* const key = key_tile + (n * 8 + lane / 4) * stride + k * 16 + pair;
        const std::uint32_t b[2] = {load_pair(key), load_pair(key + 8)};
        multiply_add<T>(query[k], b, score[n]);
      }

#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float most = largest[r];
#pragma unroll
      for (int n = 0; n < attend_tile / 8; ++n)
#pragma unroll
        for (int j = 0; j < 2; ++j) {
          const int key = k0 + n * 8 + pair + j;
          float& s = score[n][2 * r + j];
          s = key >= range[r].begin && key < range[r].end ? s * to_log2 : -INFINITY;
          most = fmaxf(most, s);
        }
      for (int distance = 1; distance < 4; distance *= 2)  // the four lanes of a row
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, distance));
      const float base = most == -INFINITY ? 0.0f : most;  // nothing seen yet: all weights are 2^−∞
      const float shrink = exp2f(largest[r] - base);
      largest[r] = most;
      total[r] *= shrink;
#pragma unroll
      for (int n = 0; n < Dim / 8; ++n) sum[n][2 * r] *= shrink, sum[n][2 * r + 1] *= shrink;
#pragma unroll
      for (int n = 0; n < attend_tile / 8; ++n)
#pragma unroll
        for (int j = 0; j < 2; ++j) score[n][2 * r + j] = exp2f(score[n][2 * r + j] - base);
    }

    // a lane's scores are a lane's part of A, sixteen keys at a time
#pragma unroll
    for (int k = 0; k < attend_tile / 16; ++k) {
      std::uint32_t high[4], low[4];
#pragma unroll
      for (int part = 0; part < 4; ++part) {
        const int r = part % 2;
        T upper[2], lower[2];
#pragma unroll
        for (int j = 0; j < 2; ++j) {
          const float p = score[2 * k + part / 2][2 * r + j];
          upper[j] = T(p), lower[j] = T(p - float(upper[j]));
          total[r] += float(upper[j]) + float(lower[j]);
        }
        high[part] = pack(upper[0], upper[1]), low[part] = pack(lower[0], lower[1]);
      }
#pragma unroll
      for (int n = 0; n < Dim / 8; ++n) {
        std::uint32_t value[2];
        load_columns(value_tile + (k * 16 + lane % 16) * stride + n * 8, value);
        multiply_add<T>(high, value, sum[n]);
        multiply_add<T>(low, value, sum[n]);
      }
    }
  }

#pragma unroll
  for (int r = 0; r < 2; ++r) {
    for (int distance = 1; distance < 4; distance *= 2)
      total[r] += __shfl_xor_sync(0xffffffffu, total[r], distance);
    const int row = own_row + 8 * r;
    if (row >= tile.queries) continue;
    T* const to =
        out.data + (tile.segment.query_begin + tile.first + row) * out.stride[0] + h * out.stride[1];
#pragma unroll
    for (int n = 0; n < Dim / 8; ++n)
#pragma unroll
      for (int j = 0; j < 2; ++j)
        if (n * 8 + pair + j < head_dim)
          to[n * 8 + pair + j] = T(total[r] > 0 ? sum[n][2 * r + j] / total[r] : 0.0f);
  }
}

}  // namespace qwen3vl
