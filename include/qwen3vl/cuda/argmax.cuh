#pragma once

#include <algorithm>
#include <cstdint>

#include <qwen3vl/cuda/block_sum.cuh>
#include <qwen3vl/cuda/cuda.cuh>
#include <qwen3vl/cuda/score_order.cuh>
#include <qwen3vl/ops/argmax.hpp>

namespace qwen3vl {

/// The most of `Threads` threads, told to thread 0. All threads of the block must call it.
template <int Threads> __device__ RankedScore block_max(RankedScore value) {
  static_assert(Threads % warp_threads == 0 && Threads <= 1024);
  __shared__ RankedScore part[Threads / warp_threads];
  for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
    const RankedScore other = __shfl_xor_sync(0xffffffffu, value, distance);
    value = other > value ? other : value;
  }
  __syncthreads();  // the last call's reader is done
  if (threadIdx.x % warp_threads == 0) part[threadIdx.x / warp_threads] = value;
  __syncthreads();
  if (threadIdx.x == 0)
    for (int w = 1; w < Threads / warp_threads; ++w) value = part[w] > value ? part[w] : value;
  return value;
}

/// The best of `count` scores, score(id), in `pieces` blocks: each tells the best of its piece, and the block that ends
/// last the best of these, by best(ranked score) in one thread. Thread i of a block owns every Threads · pieces-th
/// score. All threads must call it.
template <int Threads, class Score, class Best>
__device__ void find_best(std::int64_t count, Score score, int piece, int pieces, RankedScore* partial,
                          int* done, Best best) {
  RankedScore most = 0;
  for (std::int64_t i = std::int64_t(piece) * Threads + threadIdx.x; i < count;
       i += std::int64_t(pieces) * Threads) {
    const RankedScore own = ranked_score(score_key(score(i)), static_cast<std::uint32_t>(i));
    most = own > most ? own : most;
  }
  most = block_max<Threads>(most);
  if (!is_last_block(done, pieces, [&] { partial[piece] = most; })) return;
  most = 0;
  for (int i = threadIdx.x; i < pieces; i += Threads) {
    const RankedScore own = __ldcg(&partial[i]);
    most = own > most ? own : most;
  }
  most = block_max<Threads>(most);
  if (threadIdx.x == 0) best(most);
}

/// Score and id in one number, of which the largest is wanted (cuda/score_order.cuh).
///
///   grid   [rows, pieces of 1024 columns, 512 at most]     block  256 threads
///   bound  latency: a row of logits is in the L2 cache already
template <int Threads>
__global__ void argmax_kernel(View<const float, 2, Device> scores, RankedScore* partial, int* done,
                              View<int, 1, Device> ids) {
  after_earlier();
  const std::int64_t row = blockIdx.x;
  find_best<Threads>(
      scores.shape[1], [&](std::int64_t i) { return scores(row, i); }, static_cast<int>(blockIdx.y),
      static_cast<int>(gridDim.y), partial + row * gridDim.y, &done[row],
      [&](RankedScore most) { ids(row) = is_refused(key_of(most)) ? -1 : static_cast<int>(id_of(most)); });
}

/// How many blocks share a row of so many columns.
inline constexpr int most_score_pieces = 512;
inline std::int64_t score_pieces(std::int64_t columns) {
  return std::clamp<std::int64_t>((columns + 1023) / 1024, 1, most_score_pieces);
}

template <> struct ArgmaxKernel<Cuda> {
  template <int Threads = 256>  // a template, so that only who calls it compiles the kernel
  static void run(Cuda& cuda, View<const float, 2, Device> scores, View<int, 1, Device> ids) {
    const std::int64_t pieces = score_pieces(scores.shape[1]);
    const std::int64_t most_rows =  // in one launch
        std::min<std::int64_t>(Cuda::counters, Cuda::scratch_bytes / (pieces * sizeof(RankedScore)));
    for (std::int64_t first = 0; first < scores.shape[0]; first += most_rows) {
      const std::int64_t rows = std::min(most_rows, scores.shape[0] - first);
      cuda.launch_early("argmax", argmax_kernel<Threads>, dim3(unsigned(rows), unsigned(pieces)), Threads, 0,
                        scores.rows(first, rows), reinterpret_cast<RankedScore*>(cuda.scratch()),
                        cuda.done_counters(), ids.rows(first, rows));
    }
  }
};

}  // namespace qwen3vl
