#pragma once

#include <cmath>
#include <cstdint>

#include <qwen3vl/cuda/dynamic_shared.cuh>
#include <qwen3vl/cuda/segments.cuh>

/// Attention of many queries in floats, for f32 and for wide heads:
///
///   grid   [tiles of 16 queries, heads]     block  256 threads; sixteen of them own a query
///   shared 16 queries, and 32 keys, later 32 values, in the same place; [head_dim + 1] floats a row
///   bound  shared memory: two loads a product
///
/// The sixteen threads of a query share its 32 scores of a tile, then its columns of the sum: thread i owns
/// columns i, i + 16, i + 32, … The softmax is streamed as in cuda/attend_tiles.cuh, and tiles begin at key 0
/// of the segment.
namespace qwen3vl {

inline constexpr int plain_queries = 16, plain_keys = 32, plain_team = 16, plain_threads = 256;

inline std::size_t plain_shared_bytes(std::int64_t head_dim) {
  return static_cast<std::size_t>(plain_queries + plain_keys) * static_cast<std::size_t>(head_dim + 1) *
             sizeof(float) +
         plain_queries * plain_keys * sizeof(float);
}

/// `Dim`: the widest head it can do.
template <int Dim, class T, class M>
__global__ void __launch_bounds__(plain_threads)
    attend_plain_kernel(M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                        View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                        View<T, 3, Device> out) {
  after_earlier();
  float* const plain_shared = reinterpret_cast<float*>(dynamic_shared());
  __shared__ int first_key, end_key;  // of what any query of the block sees
  const QueryTile tile = find_query_tile(segments, q.shape[0], keys.shape[0], blockIdx.x, plain_queries);
  if (tile.queries == 0) return;
  const std::int64_t h = blockIdx.y, kv_head = h / (q.shape[1] / keys.shape[1]);
  const int head_dim = static_cast<int>(q.shape[2]), stride = head_dim + 1;
  float* const query = plain_shared;                  // [16, stride]
  float* const row = query + plain_queries * stride;  // [32, stride], keys or values
  float* const weight = row + plain_keys * stride;    // [16, 32]
  const int own = threadIdx.x / plain_team,
            part = threadIdx.x % plain_team;  // the query, and the thread of its team

  if (threadIdx.x == 0) first_key = tile.segment.keys, end_key = 0;
  __syncthreads();
  QuerySight sight{{0, 0}, true};
  if (own < tile.queries) {
    sight = query_sight(mask, tile.segment, tile.first + own);
    if (part == 0) atomicMin(&first_key, sight.range.begin), atomicMax(&end_key, sight.range.end);
  }
  const std::int64_t token = tile.segment.query_begin + tile.first + own;
  for (int c = part; c < head_dim; c += plain_team)
    query[own * stride + c] = sight.blind ? 0.0f : float(q(token, h, c)) * scale;
  __syncthreads();
  const int first = first_key, end = end_key;

  /// 32 rows of keys or values as floats; what nobody sees, as zeros
  const auto load = [&](const View<const T, 3, Device>& from, int k0) {
    for (int i = threadIdx.x; i < plain_keys * head_dim; i += plain_threads) {
      const int k = i / head_dim, c = i % head_dim;
      const bool seen = k0 + k >= first && k0 + k < end;
      row[k * stride + c] = seen ? float(from(tile.segment.key_begin + k0 + k, kv_head, c)) : 0.0f;
    }
  };

  float sum[Dim / plain_team] = {}, largest = -INFINITY, total = 0;
  for (int k0 = first / plain_keys * plain_keys; k0 < end; k0 += plain_keys) {
    __syncthreads();  // the last tile's values are done with
    load(keys, k0);
    __syncthreads();
    float score[plain_keys / plain_team], most = largest;
    for (int j = 0; j < plain_keys / plain_team; ++j) {
      const int k = part + j * plain_team;
      float s = 0;
      for (int c = 0; c < head_dim; ++c) s += query[own * stride + c] * row[k * stride + c];
      score[j] = k0 + k >= sight.range.begin && k0 + k < sight.range.end ? s : -INFINITY;
      most = fmaxf(most, score[j]);
    }
    for (int distance = plain_team / 2; distance > 0; distance /= 2)
      most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, distance));
    const float base = most == -INFINITY ? 0.0f : most;  // nothing seen yet: all weights are e^−∞
    const float shrink = expf(largest - base);
    largest = most;
    float seen = 0;
    for (int j = 0; j < plain_keys / plain_team; ++j) {
      const float p = expf(score[j] - base);
      weight[own * plain_keys + part + j * plain_team] = p;
      seen += p;
    }
    for (int distance = plain_team / 2; distance > 0; distance /= 2)
      seen += __shfl_xor_sync(0xffffffffu, seen, distance);
    total = total * shrink + seen;
    __syncthreads();  // the keys are done with, the weights are there
    load(values, k0);
    __syncthreads();
#pragma unroll
    for (int j = 0; j < Dim / plain_team; ++j) {
      const int c = part + j * plain_team;
      float add = 0;
      if (c < head_dim)
        for (int k = 0; k < plain_keys; ++k) add += weight[own * plain_keys + k] * row[k * stride + c];
      sum[j] = sum[j] * shrink + add;
    }
  }
  if (own >= tile.queries) return;
#pragma unroll
  for (int j = 0; j < Dim / plain_team; ++j) {
    const int c = part + j * plain_team;
    if (c < head_dim) out(token, h, c) = T(total == 0 ? 0.0f : sum[j] / total);
  }
}

}  // namespace qwen3vl
