#pragma once

#include <cstdint>

#include <qwen3vl/core/dtype.hpp>

/// Scores as integers in the same order, for kernels that look for the largest ones, and blocks that wait for none.
namespace qwen3vl {

/// a < b ⇔ key(a) < key(b); −0 is 0, and above +∞ comes NaN.
__device__ inline std::uint32_t score_key(float score) {
  const std::uint32_t bits = bits_as<std::uint32_t>(score), rest = bits & 0x7fffffffu;
  if (rest > 0x7f800000u) return 0xffffffffu;
  if (rest == 0) return 0x80000000u;
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}
inline constexpr std::uint32_t impossible_key = 0x007fffff;  // of −∞
inline constexpr std::uint32_t infinite_key = 0xff800000;    // of +∞

/// Is the largest score's key that of no token: −∞, +∞ or NaN?
__device__ inline bool is_refused(std::uint32_t largest) {
  return largest <= impossible_key || largest >= infinite_key;
}

/// A token's score in the upper half and its id, the lower one first, in the lower half: the largest is the best.
using RankedScore = unsigned long long;
__device__ inline RankedScore ranked_score(std::uint32_t key, std::uint32_t id) {
  return RankedScore{key} << 32 | (0xffffffffu - id);
}
__device__ inline std::uint32_t key_of(RankedScore ranked) {
  return static_cast<std::uint32_t>(ranked >> 32);
}
__device__ inline std::uint32_t id_of(RankedScore ranked) {
  return 0xffffffffu - static_cast<std::uint32_t>(ranked);
}

/// Thread 0 of each block tells what the block has found; true in the block that comes last of `blocks`, where all
/// that was told, and what the blocks wrote before, can be read, by __ldcg(). `done` is 0 before and after. All
/// threads must call it.
template <class Tell> __device__ bool is_last_block(int* done, int blocks, Tell tell) {
  __shared__ bool last;
  __syncthreads();
  if (threadIdx.x == 0) {
    tell();
    __threadfence();  // all of it is there, before it is counted
    last = atomicAdd(done, 1) == blocks - 1;
    if (last) *done = 0;
    __threadfence();  // and nothing is read before
  }
  __syncthreads();
  return last;
}

}  // namespace qwen3vl
