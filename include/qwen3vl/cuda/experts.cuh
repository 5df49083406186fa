#pragma once

#include <cmath>
#include <cstdint>

#include <cub/block/block_scan.cuh>

#include <qwen3vl/cuda/elements.cuh>
#include <qwen3vl/cuda/groups.cuh>
#include <qwen3vl/ops/combine_experts.hpp>
#include <qwen3vl/ops/group_by_expert.hpp>
#include <qwen3vl/ops/route.hpp>

/// The ops of a mixture of experts, but for its products: cuda/grouped_linear.cuh.
namespace qwen3vl {

inline constexpr int route_warps = 4;

inline std::size_t route_shared_bytes(std::int64_t experts) {
  return static_cast<std::size_t>(2 * route_warps * experts) * sizeof(float);
}

/// A warp a token; lane i owns experts i, i + 32, i + 64, … and looks at no other's numbers.
///
///   grid   [⌈tokens / 4⌉]     block  128 threads
///   shared the softmax's numerators, and which experts are taken
///   bound  latency: k times the largest of a warp
template <class T>
__global__ void route_kernel(View<const T, 2, Device> logits, View<int, 2, Device> chosen,
                             View<T, 2, Device> share) {
  extern __shared__ float route_shared[];
  const int lane = threadIdx.x % warp_threads, warp = threadIdx.x / warp_threads;
  const int experts = static_cast<int>(logits.shape[1]), k = static_cast<int>(chosen.shape[1]);
  const std::int64_t t = std::int64_t(blockIdx.x) * route_warps + warp;
  if (t >= logits.shape[0]) return;
  float* const p = route_shared + warp * 2 * experts;  // [experts]
  float* const taken = p + experts;                    // [experts], 0 or 1

  float largest = -INFINITY, total = 0;
  for (int e = lane; e < experts; e += warp_threads) largest = fmaxf(largest, float(logits(t, e)));
  largest = warp_max(largest);
  for (int e = lane; e < experts; e += warp_threads) {
    total += p[e] = expf(float(logits(t, e)) - largest);
    taken[e] = 0;
  }
  total = warp_sum(total);

  float sum = 0;
  for (int j = 0; j < k; ++j) {
    int best = -1;
    float most = 0;
    for (int e = lane; e < experts; e += warp_threads)
      if (taken[e] == 0 && (best < 0 || p[e] > most)) best = e, most = p[e];
    for (int distance = warp_threads / 2; distance > 0; distance /= 2) {
      const int other = __shfl_xor_sync(0xffffffffu, best, distance);
      const float its = __shfl_xor_sync(0xffffffffu, most, distance);
      if (other >= 0 && (best < 0 || its > most || (its == most && other < best))) best = other, most = its;
    }
    best = __shfl_sync(0xffffffffu, best, 0);  // all agree; with a NaN among the logits they would not
    most = __shfl_sync(0xffffffffu, most, 0);
    if (best % warp_threads == lane) taken[best] = 1;
    sum += most / total;
  }

  int before = 0;  // chosen experts with a lower index
  for (int base = 0; base < experts; base += warp_threads) {
    const int e = base + lane;
    const bool mine = e < experts && taken[e] != 0;
    const unsigned those = __ballot_sync(0xffffffffu, mine);
    if (mine) {
      const int j = before + __popc(those & ((1u << lane) - 1));
      chosen(t, j) = e;
      share(t, j) = T(p[e] / total / sum);
    }
    before += __popc(those);
  }
}

template <> struct RouteKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> logits, View<int, 2, Device> chosen,
                  View<T, 2, Device> share) {
    expect(logits.shape[1] <= 1 << 20, "route", "too many experts");
    cuda.launch("route", route_kernel<T>, unsigned((logits.shape[0] + route_warps - 1) / route_warps),
                route_warps * warp_threads, route_shared_bytes(logits.shape[1]), logits, chosen, share);
  }
};

/// A counting sort, a block an expert: it counts the pairs of the experts below, then goes through all pairs and
/// gives its own the rows behind those, in their order. One block more has the pairs of experts that are not
/// there: they get no place, and the rows that are left no token.
///
///   grid   [experts + 1]     block  512 threads; each has four neighbouring pairs of every 2048
///   bound  the L2 cache: every block reads all pairs twice
template <int Threads>
__global__ void __launch_bounds__(Threads)
    group_by_expert_kernel(View<const int, 2, Device> chosen, View<int, 2, Device> place,
                           View<int, 1, Device> token, View<int, 1, Device> begin) {
  using Scan = cub::BlockScan<int, Threads>;
  __shared__ typename Scan::TempStorage scratch;
  constexpr int run = 4;
  const int experts = static_cast<int>(begin.shape[0]) - 1, own = static_cast<int>(blockIdx.x),
            pairs = static_cast<int>(chosen.size()), k = static_cast<int>(chosen.shape[1]);
  const auto expert_of = [&](int pair) {
    const int e = chosen(pair / k, pair % k);
    return e >= 0 && e < experts ? e : experts;
  };

  int lower = 0, before, row;
  for (int pair = threadIdx.x; pair < pairs; pair += Threads) lower += expert_of(pair) < own;
  Scan(scratch).ExclusiveSum(lower, before, row);
  if (threadIdx.x == 0) begin(own) = row;

  for (int base = 0; base < pairs; base += Threads * run) {
    const int first = base + static_cast<int>(threadIdx.x) * run;
    bool mine[run];
    int count = 0, all;
    for (int j = 0; j < run; ++j) {
      mine[j] = first + j < pairs && expert_of(first + j) == own;
      count += mine[j];
    }
    __syncthreads();  // the last scan's scratch is done with
    Scan(scratch).ExclusiveSum(count, before, all);
    for (int j = 0; j < run; ++j) {
      if (!mine[j]) continue;
      const int pair = first + j, to = row + before++;
      place(pair / k, pair % k) = own < experts ? to : -1;
      token(to) = own < experts ? pair / k : -1;
    }
    row += all;
  }
}

template <> struct GroupByExpertKernel<Cuda> {
  template <int Threads = 512>  // a template, so that only who calls it compiles the kernel
  static void run(Cuda& cuda, View<const int, 2, Device> chosen, View<int, 2, Device> place,
                  View<int, 1, Device> token, View<int, 1, Device> begin) {
    expect(chosen.size() <= 1 << 30 && begin.shape[0] <= 1 << 30, "group_by_expert",
           "too many tokens or experts");
    cuda.launch("group_by_expert", group_by_expert_kernel<Threads>, unsigned(begin.shape[0]), Threads, 0,
                chosen, place, token, begin);
    if (!cuda.checked()) return;
    int placed = 0;
    cuda.copy_out(&placed, &begin(begin.shape[0] - 1), sizeof placed);
    expect(placed == chosen.size(), "group_by_expert", "there is no such expert");
  }
};

/// Element by element (cuda/elements.cuh). __fmul_rn rounds a product by itself, where the compiler would fuse it with
/// the sum. What has no place counts as zeros. Bound by memory: reads k rows of y a token, writes one of out.
template <class T>
__global__ void combine_experts_kernel(View<const T, 2, Device> y, View<const int, 2, Device> place,
                                       View<const T, 2, Device> share, View<T, 2, Device> out) {
  for_own_elements(out.shape[1], [=](std::int64_t t, std::int64_t c) {
    float sum = 0;
    for (std::int64_t j = 0; j < place.shape[1]; ++j) {
      const int row = place(t, j);
      if (row >= 0 && row < y.shape[0]) sum += float(T(__fmul_rn(float(share(t, j)), float(y(row, c)))));
    }
    out(t, c) = T(sum);
  });
}

template <> struct CombineExpertsKernel<Cuda> {
  template <Element T>
  static void run(Cuda& cuda, View<const T, 2, Device> y, View<const int, 2, Device> place,
                  View<const T, 2, Device> share, View<T, 2, Device> out) {
    cuda.launch("combine_experts", combine_experts_kernel<T>, element_grid(out.shape[0], out.shape[1]),
                element_threads, 0, y, place, share, out);
  }
};

}  // namespace qwen3vl
