#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// CUDA's way of running a kernel, on one thread of the CPU: the kernels of include/qwen3vl/cuda, compiled by a
/// C++ compiler, in tests for machines without a GPU. What is asm there stands here in C++, in headers of the same
/// names (qwen3vl/cuda beside this).
///
///   blocks    one after the other; what is __shared__ is static
///   threads   fibers; warps get their turn at random, so that a missing barrier shows
///   barriers, shuffles, votes, products of a warp   where fibers wait for each other
///   asynchronous copies   arrive when they are awaited, not before; until then their place holds NaN
///
/// A wait that never ends is an error. The order of memory between threads is not emulated, nor is time.
#define __global__ inline
#define __device__
#define __host__
#define __shared__ static
#define __launch_bounds__(...)

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
};
struct uint4 {
  unsigned x, y, z, w;
};
inline dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace emulated {

inline constexpr unsigned warp = 32, most_threads = 1024;
inline constexpr std::size_t shared_bytes = 227 * 1024, stack_bytes = 128 * 1024, exchanged_bytes = 64;

/// A barrier: who arrives last opens it for all.
struct Gate {
  unsigned arrived = 0, generation = 0;
};
struct Copy {
  void* to;
  const void* from;
};
struct Fiber {
  void* stack_pointer = nullptr;
  std::vector<char> stack;
  unsigned id = 0, generation = 0;
  const Gate* waits_at = nullptr;
  bool done = false;
  std::vector<Copy> begun;                // asynchronous copies of no group yet
  std::vector<std::vector<Copy>> groups;  // and those that have not been awaited
};
/// The block that is running.
struct Block {
  std::vector<Fiber> fibers{most_threads};
  unsigned threads = 0, alive = 0;
  Gate gate, warp_gates[most_threads / warp];
  /// What the lanes of a warp give each other, twice: who is fast may begin the next exchange.
  unsigned char exchanged[most_threads / warp][2][warp][exchanged_bytes];
  alignas(256) unsigned char shared[shared_bytes];
  Fiber* now = nullptr;
  void* scheduler = nullptr;
  std::function<void()> body;
  std::uint64_t random = 1;
};
inline Block& block() {
  static Block* const running = new Block;
  return *running;
}
[[noreturn]] void fail(const std::string& what);

/// Runs `body` for every thread of every block.
void launch(dim3 grid, unsigned threads, std::function<void()> body);

/// Waits until `needed` threads are here.
void pass(Gate& gate, unsigned needed);

inline unsigned lane() { return block().now->id % warp; }
inline unsigned lanes() { return std::min(warp, block().threads - block().now->id / warp * warp); }
inline Gate& warp_gate() { return block().warp_gates[block().now->id / warp]; }

/// Every lane gives one, and has all.
template <class V> void exchange(const V& mine, V (&all)[warp]) {
  static_assert(sizeof(V) <= exchanged_bytes);
  auto& place = block().exchanged[block().now->id / warp][warp_gate().generation % 2];
  std::memcpy(place[lane()], &mine, sizeof(V));
  pass(warp_gate(), lanes());
  for (unsigned l = 0; l < warp; ++l) std::memcpy(static_cast<void*>(&all[l]), place[l], sizeof(V));
}

inline void expect_aligned(const void* address, std::size_t bytes, const char* what) {
  if (reinterpret_cast<std::uintptr_t>(address) % bytes) fail(std::string(what) + ": not aligned");
}

}  // namespace emulated

inline void __syncthreads() { emulated::pass(emulated::block().gate, emulated::block().alive); }
inline void __syncwarp(unsigned = ~0u) { emulated::pass(emulated::warp_gate(), emulated::lanes()); }
inline void __threadfence() {}

template <class V> V __shfl_xor_sync(unsigned, V value, int mask) {
  V all[emulated::warp];
  emulated::exchange(value, all);
  return all[emulated::lane() ^ unsigned(mask)];
}
template <class V> V __shfl_up_sync(unsigned, V value, int distance) {
  V all[emulated::warp];
  emulated::exchange(value, all);
  return int(emulated::lane()) >= distance ? all[emulated::lane() - unsigned(distance)] : value;
}
template <class V> V __shfl_sync(unsigned, V value, int from) {
  V all[emulated::warp];
  emulated::exchange(value, all);
  return all[unsigned(from) % emulated::warp];
}
inline unsigned __ballot_sync(unsigned, bool vote) {
  int all[emulated::warp];
  emulated::exchange(int(vote), all);
  unsigned votes = 0;
  for (unsigned l = 0; l < emulated::warp; ++l) votes |= unsigned(all[l] != 0) << l;
  return votes;
}
inline bool __any_sync(unsigned mask, bool vote) { return __ballot_sync(mask, vote) != 0; }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
inline unsigned __byte_perm(unsigned x, unsigned y, unsigned select) {
  const std::uint64_t bytes = std::uint64_t(y) << 32 | x;
  unsigned result = 0;
  for (unsigned i = 0; i < 4; ++i) result |= unsigned(bytes >> 8 * (select >> 4 * i & 7) & 255) << 8 * i;
  return result;
}
inline int atomicMin(int* at, int value) { return std::exchange(*at, std::min(*at, value)); }
inline int atomicMax(int* at, int value) { return std::exchange(*at, std::max(*at, value)); }
template <class V> V atomicAdd(V* at, V value) { return std::exchange(*at, *at + value); }
inline float __fmul_rn(float a, float b) { return a * b; }
template <class V> V __ldcg(const V* from) { return *from; }
template <class V> V __ldcs(const V* from) {
  emulated::expect_aligned(from, sizeof(V), "a load");
  return *from;
}
