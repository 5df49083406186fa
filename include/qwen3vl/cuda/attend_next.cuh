#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <qwen3vl/cuda/async_copy.cuh>
#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/dynamic_shared.cuh>
#include <qwen3vl/cuda/mma.cuh>
#include <qwen3vl/cuda/segments.cuh>
#include <qwen3vl/cuda/vectors.cuh>

/// Attention of the next tokens on the tensor cores: the heads of a group are the rows of a product, the keys of a
/// token are shared out to many blocks ("Flash-Decoding", Dao et al. 2023), and the last of them that is done
/// puts their results together.
///
///   grid   [tokens, kv heads · ⌈group / 16⌉, splits]
///   block  128 threads; every warp has its own sixteen keys of every 64, and its own streamed softmax
///   shared two times sixteen keys and values for each warp: while one lot is worked on, the next is on its way.
///          Warps do not wait for each other before the end
///   bound  memory: a key and a value are read once for up to sixteen heads
///
/// p goes as the sum of two numbers of T, as in cuda/attend_tiles.cuh, where the softmax is explained too.
///
/// The grid does not depend on how many keys there are. Blocks that find none of theirs leave at once.
///
///   m = max_i m_i;   out = Σ_i 2^(m_i − m)·o_i / Σ_i 2^(m_i − m)·l_i           i : the splits, or the warps
///
///   partial : [tokens, grid.y, splits, 16, 2 + Dim] floats: m, l, o     counters : [tokens, grid.y] zeros, as
///   they are when the kernel is done
namespace qwen3vl {

inline constexpr int next_threads = 128, next_warps = next_threads / warp_threads;
inline constexpr int next_keys = 64, next_heads = 16, next_most_splits = 64;

/// Keys and values of two steps of all warps, rows padded by sixteen bytes.
template <int Dim, class T> inline constexpr int next_stride = Dim + Sixteen<T>::count;
template <int Dim, class T>
inline constexpr std::size_t next_shared_bytes = sizeof(T) * next_warps * 2 * 2 * 16 * next_stride<Dim, T>;

template <int Dim, class T, class M>
__global__ void __launch_bounds__(next_threads, 3)
    attend_next_kernel(M mask, View<const Segment, 1, Device> segments, View<const T, 3, Device> q,
                       View<const T, 3, Device> keys, View<const T, 3, Device> values, float scale,
                       float* partial, int* counters, View<T, 3, Device> out) {
  after_earlier();
  static_assert(Dim % 16 == 0 && sizeof(T) == 2);
  constexpr int stride = next_stride<Dim, T>, step = Dim + 2;
  static_assert(next_warps * next_heads * step * sizeof(float) <= next_shared_bytes<Dim, T>);
  __shared__ float weight[next_heads][next_most_splits];
  __shared__ bool last;

  const std::int64_t t = blockIdx.x;
  const int splits = gridDim.z, split = blockIdx.z;
  const QueryTile found = find_token(segments, q.shape[0], keys.shape[0], t);
  if (found.queries == 0) return;
  const QuerySight sight = query_sight(mask, found.segment, found.first);
  const int seen = sight.range.end - sight.range.begin;
  const int share = ((seen + splits - 1) / splits + next_keys - 1) / next_keys * next_keys;
  const int active = seen > 0 ? (seen + share - 1) / share : 1;  // splits that have keys
  if (split >= active) return;
  const int begin = sight.range.begin + split * share,
            end = begin + share < sight.range.end ? begin + share : sight.range.end;

  const int group = static_cast<int>(q.shape[1] / keys.shape[1]),
            parts = (group + next_heads - 1) / next_heads;  // of a group
  const std::int64_t kv_head = blockIdx.y / parts;
  const int skipped = static_cast<int>(blockIdx.y) % parts * next_heads;
  const int heads = group - skipped < next_heads ? group - skipped : next_heads;
  const std::int64_t h0 = kv_head * group + skipped;
  const int lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads, g = lane / 4, i = lane % 4;

  const int head_dim = static_cast<int>(q.shape[2]);

  T* const tile =
      reinterpret_cast<T*>(dynamic_shared()) + warp * 4 * 16 * stride;  // [2][keys, values][16, Dim]
  const T* const key_rows = keys.data + found.segment.key_begin * keys.stride[0] + kv_head * keys.stride[1];
  const T* const value_rows =
      values.data + found.segment.key_begin * values.stride[0] + kv_head * values.stride[1];
  const auto bring = [&](int k0, T* to) {  // keys and values k0 … k0 + 15; zeros behind the end
    constexpr int run = Sixteen<T>::count, runs = Dim / run;
#pragma unroll
    for (int at = lane; at < 16 * runs; at += warp_threads) {
      const int r = at / runs, c = at % runs * run;
      const bool there = k0 + r < end && c < head_dim;
      copy_sixteen(to + r * stride + c, there ? key_rows + (k0 + r) * keys.stride[0] + c : key_rows, there);
      copy_sixteen(to + (16 + r) * stride + c,
                   there ? value_rows + (k0 + r) * values.stride[0] + c : value_rows, there);
    }
    end_copies();
  };

  int k0 = begin + 16 * warp;
  bring(k0, tile);
  bring(k0 + next_keys, tile + 2 * 16 * stride);

  // rows g and g + 8 of A are heads; a blind one is zeros: every score is 0
  std::uint32_t query[Dim / 16][4];
#pragma unroll
  for (int k = 0; k < Dim / 16; ++k)
#pragma unroll
    for (int at = 0; at < 4; ++at) {
      const int head = g + at % 2 * 8, c = k * 16 + at / 2 * 8 + 2 * i;
      query[k][at] = head < heads && c < head_dim && !sight.blind
                         ? load_pair(q.data + t * q.stride[0] + (h0 + head) * q.stride[1] + c)
                         : 0;
    }
  float sum[Dim / 8][4] = {}, largest[2] = {-INFINITY, -INFINITY}, total[2] = {0, 0};
  const float to_log2 = scale * 1.4426950408889634f;  // e^x = 2^(x·log₂ e)

  for (int which = 0; k0 < end; k0 += next_keys, which ^= 1) {
    T* const own = tile + which * 2 * 16 * stride;
    await_copies<1>();
    __syncwarp();  // what the other lanes have brought is there, too

    float score[2][4] = {};  // eight keys, and eight more
#pragma unroll
    for (int k = 0; k < Dim / 16; ++k) {
      std::uint32_t b[4];
      load_matrices(own + (lane / 16 * 8 + lane % 8) * stride + lane / 8 % 2 * 8 + k * 16, b);
      const std::uint32_t one[2] = {b[0], b[1]}, next[2] = {b[2], b[3]};
      multiply_add<T>(query[k], one, score[0]);
      multiply_add<T>(query[k], next, score[1]);
    }

    std::uint32_t high[4], low[4];  // the weights, as the rows of the next product
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float most = largest[r];
#pragma unroll
      for (int n = 0; n < 2; ++n)
#pragma unroll
        for (int j = 0; j < 2; ++j) {
          float& s = score[n][2 * r + j];
          s = k0 + 8 * n + 2 * i + j < end ? s * to_log2 : -INFINITY;
          most = fmaxf(most, s);
        }
      for (int distance = 1; distance < 4; distance *= 2)  // the four lanes of a row
        most = fmaxf(most, __shfl_xor_sync(0xffffffffu, most, distance));
      const float shrink = power_of_two(largest[r] - most);  // the first of sixteen keys is there: most > −∞
      largest[r] = most;
      total[r] *= shrink;
#pragma unroll
      for (int n = 0; n < Dim / 8; ++n) sum[n][2 * r] *= shrink, sum[n][2 * r + 1] *= shrink;
#pragma unroll
      for (int n = 0; n < 2; ++n) {
        const float p[2] = {power_of_two(score[n][2 * r] - most), power_of_two(score[n][2 * r + 1] - most)};
        total[r] += p[0] + p[1];
        high[2 * n + r] = round_pair<T>(p[0], p[1]);
        low[2 * n + r] =
            round_pair<T>(p[0] - first_of<T>(high[2 * n + r]), p[1] - second_of<T>(high[2 * n + r]));
      }
    }

#pragma unroll
    for (int n = 0; n < Dim / 8; n += 2) {
      std::uint32_t b[4];
      load_transposed(own + (16 + lane % 16) * stride + lane / 16 * 8 + n * 8, b);
      const std::uint32_t one[2] = {b[0], b[1]}, next[2] = {b[2], b[3]};
      multiply_add<T>(high, one, sum[n]), multiply_add<T>(low, one, sum[n]);
      multiply_add<T>(high, next, sum[n + 1]), multiply_add<T>(low, next, sum[n + 1]);
    }
    __syncwarp();  // all lanes are done with it
    bring(k0 + 2 * next_keys, own);
  }
  await_copies<0>();
  __syncthreads();  // what was shared is free

  // the four warps together
  float* const part = reinterpret_cast<float*>(dynamic_shared());  // [warps, 16, 2 + Dim]: m, l, o
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    for (int distance = 1; distance < 4; distance *= 2)
      total[r] += __shfl_xor_sync(0xffffffffu, total[r], distance);
    float* const to = part + (warp * next_heads + g + 8 * r) * step;
    if (i == 0) to[0] = largest[r], to[1] = total[r];
#pragma unroll
    for (int n = 0; n < Dim / 8; ++n)
#pragma unroll
      for (int j = 0; j < 2; ++j) to[2 + n * 8 + 2 * i + j] = sum[n][2 * r + j];
  }
  __syncthreads();
  const std::int64_t row = t * gridDim.y + blockIdx.y;
  float* const own = partial + (row * splits + split) * next_heads * step;
  for (int at = threadIdx.x; at < heads * Dim; at += next_threads) {
    const int head = at / Dim, c = at % Dim;
    if (c >= head_dim) continue;
    const auto of = [&](int w, int number) { return part[(w * next_heads + head) * step + number]; };
    float most = of(0, 0), o = 0, l = 0;
    for (int w = 1; w < next_warps; ++w) most = fmaxf(most, of(w, 0));
    for (int w = 0; w < next_warps; ++w) {
      const float shrink = most == -INFINITY ? 0.0f : power_of_two(of(w, 0) - most);
      l += shrink * of(w, 1), o += shrink * of(w, 2 + c);
    }
    if (active == 1) {
      out(t, h0 + head, c) = T(l == 0 ? 0.0f : o / l);
    } else {
      if (c == 0) own[head * step] = most, own[head * step + 1] = l;
      own[head * step + 2 + c] = o;
    }
  }
  if (active == 1) return;

  // the last block puts the splits together
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(counters + row, 1) == active - 1;
  __syncthreads();
  if (!last) return;
  if (threadIdx.x == 0) counters[row] = 0;
  __threadfence();
  const float* const all = partial + row * splits * next_heads * step;
  const auto of = [=](int s, int head, int at) { return __ldcg(all + (s * next_heads + head) * step + at); };
  for (int head = warp; head < heads; head += next_warps) {
    float most = -INFINITY, l = 0;
    for (int s = lane; s < active; s += warp_threads) most = fmaxf(most, of(s, head, 0));
    most = warp_max(most);
    for (int s = lane; s < active; s += warp_threads) {
      weight[head][s] = power_of_two(of(s, head, 0) - most);
      l += weight[head][s] * of(s, head, 1);
    }
    l = warp_sum(l);
    for (int s = lane; s < active; s += warp_threads) weight[head][s] /= l;
  }
  __syncthreads();
  for (int at = threadIdx.x; at < heads * Dim; at += next_threads) {
    const int head = at / Dim, c = at % Dim;
    if (c >= head_dim) continue;
    float o = 0;
#pragma unroll 8
    for (int s = 0; s < active; ++s) o += weight[head][s] * of(s, head, 2 + c);
    out(t, h0 + head, c) = T(o);
  }
}

/// Heads of up to 128 whose rows can be copied by sixteen bytes.
template <class T>
bool fits_attend_next(const View<const T, 3, Device>& q, const View<const T, 3, Device>& keys,
                      const View<const T, 3, Device>& values) {
  return sizeof(T) == 2 && q.shape[2] <= 128 && loads_heads_wide(q) && loads_heads_wide(keys) &&
         loads_heads_wide(values);
}

/// In how many parts the keys of a token are cut: enough to give every multiprocessor three blocks, no more than
/// there are tiles of keys and than the scratch holds, which one part does not need. 0: too many blocks to count.
inline int attend_next_splits(Cuda& cuda, std::int64_t tokens, std::int64_t rows_of_blocks,
                              std::int64_t head_dim, std::int64_t keys) {
  const std::int64_t blocks = tokens * rows_of_blocks;
  if (blocks > Cuda::counters) return 0;
  const std::int64_t width = head_dim <= 64 ? 64 : 128;  // the kernel's Dim
  const std::int64_t bytes = blocks * next_heads * (width + 2) * std::int64_t(sizeof(float));
  const std::int64_t wanted =
      std::clamp<std::int64_t>(3 * cuda.multiprocessors() / blocks, 1, next_most_splits);
  return static_cast<int>(std::max<std::int64_t>(
      1, std::min({wanted, (keys + next_keys - 1) / next_keys, std::int64_t(Cuda::scratch_bytes) / bytes})));
}

}  // namespace qwen3vl
