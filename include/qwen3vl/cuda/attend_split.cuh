#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <qwen3vl/cuda/segments.cuh>

/// Attention of few queries in floats, for f32 and for heads that cuda/attend_next.cuh does not take: the keys are
/// shared out to many blocks, and a second kernel puts their results together ("Flash-Decoding", Dao et al. 2023).
///
///   grid   [tokens, kv heads · ⌈group / 8⌉, splits]     block  128 threads
///   shared 8 queries, and their scores with 64 keys
///   bound  memory: a key and a value are read once for up to eight heads of a group
///
/// The grid does not depend on how many keys there are; blocks that find none of theirs say so. Each leaves
/// what a streamed softmax keeps, and the result is
///
///   m = max_i m_i;   out = Σ_i 2^(m_i − m)·o_i / Σ_i 2^(m_i − m)·l_i
///
///   partial : [tokens, heads, splits, 2 + head_dim] floats: m, l, o; l = −1 where there is no such query
namespace qwen3vl {

inline constexpr int split_threads = 128, split_keys = 64, split_heads = 8;

/// `Columns`: of the sum, that a thread owns: head_dim ≤ 128 · Columns.
template <int Columns, class T, class M>
__global__ void __launch_bounds__(split_threads)
    attend_split_kernel(M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                        View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                        float* partial) {
  after_earlier();
  __shared__ float query[split_heads][Columns * split_threads];
  __shared__ float score[split_heads][split_keys];
  __shared__ float shrink[split_heads], largest[split_heads], total[split_heads];
  __shared__ int owner;

  const std::int64_t t = blockIdx.x, split = blockIdx.z, splits = gridDim.z;
  const int head_dim = static_cast<int>(q.shape[2]), group = static_cast<int>(q.shape[1] / keys.shape[1]);
  const int parts = (group + split_heads - 1) / split_heads;  // of a group
  const std::int64_t kv_head = blockIdx.y / parts;
  const int skipped = static_cast<int>(blockIdx.y) % parts * split_heads;
  const std::int64_t h0 = kv_head * group + skipped;
  const int heads = group - skipped < split_heads ? group - skipped : split_heads;
  const int lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads,
            warps = split_threads / warp_threads;

  // the segment that token t is a query of
  if (threadIdx.x == 0) owner = -1;
  __syncthreads();
  for (std::int64_t s = threadIdx.x; s < segments.shape[0]; s += split_threads) {
    const Segment segment = segments(s);
    if (within(segment, q.shape[0], keys.shape[0]) && t >= segment.query_begin &&
        t < segment.query_begin + segment.queries)
      owner = static_cast<int>(s);
  }
  __syncthreads();
  const bool found = owner >= 0;
  const Segment segment = found ? segments(owner) : Segment{};
  const QuerySight sight = found ? query_sight(mask, segment, static_cast<int>(t) - segment.query_begin)
                                 : QuerySight{{0, 0}, true};

  // the keys of this block: whole tiles
  const int seen = sight.range.end - sight.range.begin, count = static_cast<int>(splits);
  const int share = ((seen + count - 1) / count + split_keys - 1) / split_keys * split_keys;
  const std::int64_t begin = sight.range.begin + split * share;
  const std::int64_t end = begin + share < sight.range.end ? begin + share : sight.range.end;

  const float to_log2 = scale * 1.4426950408889634f;  // e^x = 2^(x·log₂ e)
  for (int i = threadIdx.x; i < heads * head_dim; i += split_threads) {
    const int g = i / head_dim, c = i % head_dim;
    query[g][c] = sight.blind ? 0.0f : float(q(t, h0 + g, c)) * to_log2;
  }
  if (threadIdx.x < split_heads) largest[threadIdx.x] = -INFINITY, total[threadIdx.x] = 0;

  float sum[split_heads][Columns] = {};
  for (std::int64_t k0 = begin; k0 < end; k0 += split_keys) {
    const int tile = end - k0 < split_keys ? static_cast<int>(end - k0) : split_keys;
    __syncthreads();  // queries are there; the last tile's scores are done with
    for (int k = warp; k < split_keys; k += warps) {  // a key a warp
      float product[split_heads] = {};
      if (k < tile) {
        const T* const key =
            keys.data + (segment.key_begin + k0 + k) * keys.stride[0] + kv_head * keys.stride[1];
        for (int c = lane; c < head_dim; c += warp_threads) {
          const float number = float(key[c]);
          for (int g = 0; g < split_heads; ++g)
            if (g < heads) product[g] += number * query[g][c];
        }
      }
#pragma unroll
      for (int g = 0; g < split_heads; ++g) {
        if (g >= heads) continue;
        const float s = warp_sum(product[g]);
        if (lane == 0) score[g][k] = k < tile ? s : -INFINITY;
      }
    }
    __syncthreads();
    for (int g = warp; g < heads; g += warps) {  // a head's softmax a warp
      const float a = score[g][lane], b = score[g][lane + warp_threads], before = largest[g];
      const float most = warp_max(fmaxf(fmaxf(a, b), before));
      const float base = most == -INFINITY ? 0.0f : most, p = exp2f(a - base), r = exp2f(b - base);
      const float added = warp_sum(p + r);
      score[g][lane] = p, score[g][lane + warp_threads] = r;
      __syncwarp();  // all have read largest[g]
      if (lane == 0) {
        shrink[g] = exp2f(before - base);
        total[g] = total[g] * shrink[g] + added;
        largest[g] = most;
      }
    }
    __syncthreads();
#pragma unroll
    for (int j = 0; j < Columns; ++j) {
      const int c = threadIdx.x + j * split_threads;
      if (c >= head_dim) continue;
      for (int g = 0; g < split_heads; ++g)
        if (g < heads) sum[g][j] *= shrink[g];
      const T* value =
          values.data + (segment.key_begin + k0) * values.stride[0] + kv_head * values.stride[1] + c;
      for (int k = 0; k < tile; ++k, value += values.stride[0]) {
        const float number = float(*value);
        for (int g = 0; g < split_heads; ++g)
          if (g < heads) sum[g][j] += score[g][k] * number;
      }
    }
  }
  __syncthreads();
#pragma unroll
  for (int g = 0; g < split_heads; ++g) {
    if (g >= heads) continue;
    float* const to = partial + ((t * q.shape[1] + h0 + g) * splits + split) * (head_dim + 2);
    if (threadIdx.x == 0) to[0] = largest[g], to[1] = found ? total[g] : -1.0f;
    for (int j = 0; j < Columns; ++j) {
      const int c = threadIdx.x + j * split_threads;
      if (c < head_dim) to[2 + c] = sum[g][j];
    }
  }
}

/// grid [tokens, heads]; a thread a column. Every thread goes through the few splits by itself.
template <class T>
__global__ void attend_join_kernel(const float* partial, int splits, View<T, 3, Device> out) {
  after_earlier();
  const std::int64_t t = blockIdx.x, h = blockIdx.y, step = out.shape[2] + 2;
  const float* const own = partial + (t * out.shape[1] + h) * splits * step;
  if (own[1] < 0) return;  // no query
  float largest = -INFINITY;
  for (int i = 0; i < splits; ++i) largest = fmaxf(largest, own[i * step]);
  const float base = largest == -INFINITY ? 0.0f : largest;
  for (std::int64_t c = threadIdx.x; c < out.shape[2]; c += split_threads) {
    float sum = 0, total = 0;
    for (int i = 0; i < splits; ++i) {
      const float weight = exp2f(own[i * step] - base);
      total += weight * own[i * step + 1];
      sum += weight * own[i * step + 2 + c];
    }
    out(t, h, c) = T(total == 0 ? 0.0f : sum / total);
  }
}

/// In how many parts the keys of a token are cut: enough to give every multiprocessor four blocks, no more than
/// there are tiles of keys and than the scratch holds. 0: not even one.
inline int attend_splits(Cuda& cuda, std::int64_t tokens, std::int64_t heads, std::int64_t kv_heads,
                         std::int64_t head_dim, std::int64_t rows) {
  const std::int64_t parts = (heads / kv_heads + split_heads - 1) / split_heads;
  const std::int64_t blocks = tokens * kv_heads * parts;
  const std::int64_t bytes = tokens * heads * (head_dim + 2) * std::int64_t(sizeof(float));
  const std::int64_t wanted = std::clamp<std::int64_t>(4 * cuda.multiprocessors() / blocks, 1, 64);
  return static_cast<int>(std::min({wanted, std::max<std::int64_t>(1, (rows + split_keys - 1) / split_keys),
                                    std::int64_t(Cuda::scratch_bytes) / bytes}));
}

}  // namespace qwen3vl
