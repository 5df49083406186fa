#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include <cub/block/block_scan.cuh>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/cuda/argmax.cuh>
#include <qwen3vl/ops/choose.hpp>
#include <qwen3vl/ops/sampling/penalised.hpp>

/// A choice without a sort, and in whole numbers, so that sums do not depend on an order:
///
///   weight(i) = ⌊ 2^bits · exp( (score(i) − best) / T ) + ½ ⌋         bits as many as 64 leave for the sum of all
///
/// All questions are then one: in an order of the tokens, which is the first that reaches a wanted sum? Order and sum
/// are of the key (cuda/score_order.cuh), the largest first, and of ones for top-k, of weights for top-p; the order
/// of the ids for the draw, and for top-p among those that tie.
///
///   best_score     1 launch    the largest score; at temperature 0 it is the answer
///   find_key       3 launches  for top-k, and 3 for top-p: 11, 11, 10 bits of the key, the upper ones first
///   pick_id        1 launch    for top-p's ties, and 1 for the draw: the block that the token is in, then the token
///
/// They follow each other in the stream; nothing waits. In each, the block that ends last draws the conclusion, into
/// ChoiceState, for the next. All bound by latency: scores and uses are in the L2 cache.
namespace qwen3vl {

inline constexpr int choice_threads = 512, choice_bins = 2048;
static_assert(choice_bins % choice_threads == 0 && most_score_pieces <= choice_threads);
using Weight = unsigned long long;

/// What one launch leaves for the next.
struct ChoiceState {
  RankedScore best;
  std::uint32_t least_key;  // of top-k
  std::uint32_t prefix;     // bits of the key that have been found, inverted: the largest first
  std::uint32_t last_key;   // of top-p
  std::uint32_t last_id;    // of top-p, among those with last_key
  Weight wanted;            // of those with the prefix
};

/// The options as kernels take them, and where the scores are.
struct ChoiceRules {
  View<const float, 1, Device> logits;
  View<int, 1, Device> uses;  // no data: no penalties
  SamplingOptions options;
  double u;
  double one;  // the weight of the best: 2^bits

  __device__ float score(std::int64_t i) const {
    return penalised(logits(i), uses.data ? uses(i) : 0, options);
  }
  __device__ Weight weight(float score, float best) const {
    return static_cast<Weight>(exp((double(score) - double(best)) / options.temperature) * one + 0.5);
  }
  /// The first whole number that is not below share · all, 1 to all.
  __device__ static Weight part_of(double share, Weight all) {
    const Weight part = static_cast<Weight>(ceil(share * double(all)));
    return part < 1 ? 1 : part > all ? all : part;
  }
};

__device__ inline float score_of(std::uint32_t key) {
  return bits_as<float>(key >> 31 ? key & 0x7fffffffu : ~key);
}

/// The chosen token, and that it was used once more; to be called by one thread.
__device__ inline void tell_choice(const ChoiceRules& rules, std::uint32_t id, View<int, 1, Device> chosen) {
  chosen(0) = static_cast<int>(id);
  if (rules.uses.data) rules.uses(id) = used_again(rules.uses(id));
}

/// grid [pieces]; bound as argmax_kernel (cuda/argmax.cuh).
template <int Threads>
__global__ void best_score_kernel(ChoiceRules rules, ChoiceState* state, Weight* partial, int* done,
                                  View<int, 1, Device> chosen) {
  after_earlier();
  find_best<Threads>(
      rules.logits.shape[0], [&](std::int64_t i) { return rules.score(i); }, static_cast<int>(blockIdx.x),
      static_cast<int>(gridDim.x), partial, done,
      [&](RankedScore most) {
        state->best = most;
        state->least_key = impossible_key + 1;
        state->last_key = state->prefix = 0;
        if (is_refused(key_of(most)))
          chosen(0) = -1;
        else if (rules.options.greedy())
          tell_choice(rules, id_of(most), chosen);
      });
}

/// Bins in order: in which of them does the sum from the first one on reach what is wanted? One thread calls
/// found(bin, how much of the bin is wanted). `mine(bin)` is a bin's sum; wanted(sum of all) is 1 to that sum.
template <int Threads, int Bins, class Mine, class Wanted, class Found>
__device__ void reach(Mine mine, Wanted wanted, Found found) {
  using Scan = cub::BlockScan<Weight, Threads>;
  __shared__ typename Scan::TempStorage scratch;
  constexpr int run = Bins / Threads;
  Weight own[run], sum = 0, before, all;
  for (int j = 0; j < run; ++j) sum += own[j] = mine(static_cast<int>(threadIdx.x) * run + j);
  Scan(scratch).ExclusiveSum(sum, before, all);
  const Weight target = wanted(all);
  for (int j = 0; j < run; before += own[j++])
    if (before < target && target <= before + own[j])
      found(static_cast<int>(threadIdx.x) * run + j, target - before);
}

/// The next `bits` bits of a key, of top-k or top-p: sums by these bits, over the tokens that have the bits found so
/// far; in the last block the bin where what is wanted is reached.
///
///   grid   [pieces]     block  512 threads; thread i of a block owns every 512 · pieces-th token
///   shared the sums in two halves: of 32 bits, for atomics of these are the hardware's own
template <int Threads, bool ByWeight>
__global__ void __launch_bounds__(Threads)
    find_key_kernel(ChoiceRules rules, ChoiceState* state, Weight* bins, int* done, int shift, int bits) {
  __shared__ unsigned low[choice_bins], high[choice_bins];
  after_earlier();
  const RankedScore best = state->best;
  if (is_refused(key_of(best))) return;
  const bool first = shift + bits == 32;
  const std::uint32_t prefix = state->prefix, least = state->least_key, mask = (1u << bits) - 1;
  const Weight still = state->wanted;

  for (int b = threadIdx.x; b < choice_bins; b += Threads) low[b] = high[b] = 0;
  __syncthreads();
  const std::int64_t step = std::int64_t(gridDim.x) * Threads;
  for (std::int64_t i = std::int64_t(blockIdx.x) * Threads + threadIdx.x; i < rules.logits.shape[0];
       i += step) {
    const float score = rules.score(i);
    const std::uint32_t key = score_key(score), rank = ~key;
    if (key < least || (!first && rank >> (shift + bits) != prefix)) continue;
    const Weight weight = ByWeight ? rules.weight(score, score_of(key_of(best))) : 1;
    const unsigned part = static_cast<unsigned>(weight), bin = rank >> shift & mask;
    const unsigned sum = atomicAdd(&low[bin], part) + part;
    const unsigned more = static_cast<unsigned>(weight >> 32) + (sum < part);
    if (more) atomicAdd(&high[bin], more);
  }
  __syncthreads();
  for (int b = threadIdx.x; b < choice_bins; b += Threads) {
    const Weight sum = Weight{high[b]} << 32 | low[b];
    if (sum) atomicAdd(&bins[b], sum);
  }
  if (!is_last_block(done, static_cast<int>(gridDim.x), [] {})) return;

  const auto mine = [&](int bin) { return __ldcg(&bins[bin]); };
  const auto wanted = [&](Weight all) {
    if (!first) return still;
    if constexpr (ByWeight) return ChoiceRules::part_of(rules.options.top_p, all);
    const auto k = static_cast<Weight>(rules.options.top_k);
    return k < all ? k : all;
  };
  reach<Threads, choice_bins>(mine, wanted, [&](int bin, Weight rest) {
    const std::uint32_t found = (first ? 0 : prefix << bits) | static_cast<std::uint32_t>(bin);
    state->prefix = found;
    state->wanted = rest;
    if (shift == 0) (ByWeight ? state->last_key : state->least_key) = ~found;
  });
  __syncthreads();
  for (int b = threadIdx.x; b < choice_bins; b += Threads) bins[b] = 0;  // for the next launch
}

/// The token in the order of ids where what is wanted is reached: of top-p's ties the last one, and the one that is
/// drawn. Sums of the blocks' pieces first; then the last block goes through the piece that has it.
///
///   grid   [pieces]     block  512 threads, side by side in the block's own piece of the ids
template <int Threads, bool Draws>
__global__ void __launch_bounds__(Threads)
    pick_id_kernel(ChoiceRules rules, ChoiceState* state, Weight* partial, int* done,
                   View<int, 1, Device> chosen) {
  using Scan = cub::BlockScan<Weight, Threads>;
  __shared__ typename Scan::TempStorage scratch;
  __shared__ int owner;
  __shared__ Weight of_owner;
  after_earlier();
  const ChoiceState now = *state;
  if (is_refused(key_of(now.best))) return;
  const std::int64_t count = rules.logits.shape[0], pieces = gridDim.x, piece = (count + pieces - 1) / pieces;

  const auto weight_of = [&](std::int64_t i) -> Weight {
    const float score = rules.score(i);
    const std::uint32_t key = score_key(score);
    const bool in_time = key > now.last_key || (key == now.last_key && i <= std::int64_t(now.last_id));
    if (Draws ? key < now.least_key || !in_time : key != now.last_key) return 0;
    const Weight weight = rules.weight(score, score_of(key_of(now.best)));
    return Draws && double(weight) < rules.options.min_p * rules.one ? 0 : weight;
  };
  /// Sums before this thread's number, and of all.
  const auto scan = [&](Weight own, Weight& before, Weight& all) {
    __syncthreads();  // the last scan's scratch is done with
    Scan(scratch).ExclusiveSum(own, before, all);
  };

  std::int64_t begin = blockIdx.x * piece, end = begin + piece < count ? begin + piece : count;
  Weight sum = 0, before, all;
  for (std::int64_t i = begin + threadIdx.x; i < end; i += Threads) sum += weight_of(i);
  scan(sum, before, all);
  if (!is_last_block(done, static_cast<int>(pieces), [&] { partial[blockIdx.x] = all; })) return;

  const auto mine = [&](int block) { return block < pieces ? __ldcg(&partial[block]) : Weight{0}; };
  const auto wanted = [&](Weight total) {
    if (!Draws) return now.wanted;
    const Weight reached = static_cast<Weight>(rules.u * double(total));  // the token's sum is above this
    return (reached < total ? reached : total - 1) + 1;
  };
  reach<Threads, Threads>(mine, wanted, [&](int block, Weight rest) { owner = block, of_owner = rest; });
  __syncthreads();
  begin = owner * piece, end = begin + piece < count ? begin + piece : count;
  Weight left = of_owner;
  for (std::int64_t base = begin; base < end; base += Threads) {
    const std::int64_t i = base + threadIdx.x;
    const Weight own = i < end ? weight_of(i) : 0;
    scan(own, before, all);
    if (before < left && left <= before + own) {
      if constexpr (Draws)
        tell_choice(rules, static_cast<std::uint32_t>(i), chosen);
      else
        state->last_id = static_cast<std::uint32_t>(i);
    }
    if (left <= all) return;
    left -= all;
  }
}

template <> struct ChooseKernel<Cuda> {
  struct Memory {
    Buffer<Cuda> bytes;

    Memory(Cuda& cuda, const SamplingOptions&, std::int64_t) : bytes(cuda, size) {
      const std::vector<std::byte> zeros(size);
      cuda.copy_in(bytes.data(), zeros.data(), size);
    }
    ChoiceState* state() const { return reinterpret_cast<ChoiceState*>(bytes.data()); }
    Weight* bins() const { return reinterpret_cast<Weight*>(bytes.data() + 256); }  // zeros between launches
    Weight* partial() const { return bins() + choice_bins; }

    static constexpr std::size_t size = 256 + (choice_bins + most_score_pieces) * sizeof(Weight);
    static_assert(sizeof(ChoiceState) <= 256);
  };

  template <int Threads = choice_threads>  // a template, so that only who calls it compiles the kernels
  static void run(Cuda& cuda, Memory& memory, View<const float, 1, Device> logits,
                  const SamplingOptions& options, double u, View<int, 1, Device> uses,
                  View<int, 1, Device> chosen) {
    const std::int64_t count = logits.shape[0];
    ChoiceRules rules{};
    rules.logits = logits;
    if (options.penalises()) rules.uses = uses;
    rules.options = options;
    rules.u = u;
    rules.one = static_cast<double>(Weight{1} << (62 - std::bit_width(static_cast<Weight>(count))));

    const auto pieces = static_cast<unsigned>(score_pieces(count));
    ChoiceState* const state = memory.state();
    Weight *const bins = memory.bins(), *const partial = memory.partial();
    int* const done = cuda.done_counters();
    const auto launch = [&](auto kernel, const auto&... more) {
      cuda.launch_early("choose", kernel, pieces, Threads, 0, rules, state, more...);
    };
    const auto find_key = [&](auto kernel) {
      launch(kernel, bins, done, 21, 11);
      launch(kernel, bins, done, 10, 11);
      launch(kernel, bins, done, 0, 10);
    };
    launch(best_score_kernel<Threads>, partial, done, chosen);
    if (options.greedy()) return;
    if (options.top_k > 0 && options.top_k < count) find_key(find_key_kernel<Threads, false>);
    if (options.top_p < 1) {
      find_key(find_key_kernel<Threads, true>);
      launch(pick_id_kernel<Threads, false>, partial, done, chosen);
    }
    launch(pick_id_kernel<Threads, true>, partial, done, chosen);
  }
};

}  // namespace qwen3vl
