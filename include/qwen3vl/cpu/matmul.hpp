#pragma once

#include <algorithm>
#include <cstdint>

#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/cpu/float_product.hpp>
#include <qwen3vl/cpu/for_each_tile.hpp>
#include <qwen3vl/cpu/vector.hpp>

namespace qwen3vl {

/// The CPU's matrix product, out[t, o] = round_T(Σ_i x[t, i] · weight[o, i] + bias[o]), in two ways:
///
///   few tokens (decode)   every weight is read once and meets all tokens in registers; the bound is
///                         the memory's bandwidth: out · in · sizeof(T) bytes
///   many (prefill)        tiles of 96 outputs × 320 inputs are widened to float in the thread's
///                         scratch and multiplied by Eigen; the bound is arithmetic
///
/// Eigen multiplies floats at the machine's rate, but its own bf16 product is ten times slower: the
/// tiles make floats of the weights on the way. 96 × 320 floats are 120 KiB: what Eigen packs of a
/// tile stays below its limit for the stack, so that a product allocates nothing. Tokens are padded to
/// multiples of four, which Eigen handles alike: a token's sums are added in the same order wherever it
/// stands in a chunk.
struct EigenTiles {
  static constexpr std::int64_t few = 8;  // tokens: above, tiles win
  static constexpr std::int64_t tile_outputs = 96, tile_inputs = 320, tile_tokens = 96;
  static constexpr std::int64_t block_tokens = 768;  // of one task: its sums stay in the L2 cache
  static_assert((tile_outputs + tile_tokens) * tile_inputs + block_tokens * tile_outputs <=
                Cpu::scratch_floats);

  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias,
                  View<T, 2> out) {
    if (out.size() == 0) return;
    if (x.shape[0] <= few)
      with_rows(cpu, x, weight, bias, out);
    else
      for_each_tile<tile_outputs, block_tokens>(cpu, x, weight, bias, out, tile<T>);
  }

 private:
  template <Element T>
  static void with_rows(Cpu& cpu, View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias,
                        View<T, 2> out) {
    const std::int64_t tokens = x.shape[0], in = x.shape[1];
    const std::int64_t grain = std::max<std::int64_t>(8, 65536 / std::max<std::int64_t>(in, 1));
    cpu.parallel_ranges(weight.shape[0], grain, [=](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t o = begin; o < end; ++o) {
        const T* const row = weight.data + o * weight.stride[0];
        const float start = bias.empty() ? 0.0f : float(bias(o));
        std::int64_t t = 0;
        for (; t + 4 <= tokens; t += 4) dot<4>(row, x.rows(t, 4), in, start, out.rows(t, 4), o);
        for (; t < tokens; ++t) dot<1>(row, x.rows(t, 1), in, start, out.rows(t, 1), o);
      }
    });
  }

  /// One row of the weight against Tokens rows of x. Both are widened in registers, x every time again:
  /// as floats a row of 6144 would fill the L1 cache by itself (1.6 times slower, measured).
  template <int Tokens, Element T>
  static void dot(const T* row, View<const T, 2> x, std::int64_t in, float start, View<T, 2> out,
                  std::int64_t o) {
    constexpr int unroll = Tokens == 1 ? 2 : 1;  // independent sums, to hide the latency of one
    constexpr int pair = 2 * lanes;
    Lanes sum[Tokens * unroll * 2] = {}, w[2], v[2];
    std::int64_t i = 0;
    for (; i + unroll * pair <= in; i += unroll * pair)
      for (int u = 0; u < unroll; ++u) {
        load_two(row + i + u * pair, w[0], w[1]);
        for (int t = 0; t < Tokens; ++t) {
          load_two(x.data + t * x.stride[0] + i + u * pair, v[0], v[1]);
          sum[(t * unroll + u) * 2] += w[0] * v[0];
          sum[(t * unroll + u) * 2 + 1] += w[1] * v[1];
        }
      }
    for (int t = 0; t < Tokens; ++t) {
      Lanes& first = sum[t * unroll * 2];
      for (int u = 1; u < unroll * 2; ++u) first += sum[t * unroll * 2 + u];
      float total = sum_lanes(first);
      for (std::int64_t j = i; j < in; ++j) total += float(row[j]) * float(x(t, j));
      out(t, o) = T(total + start);
    }
  }

  template <Element T>
  static void tile(View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias, View<T, 2> out,
                   float* scratch) {
    const std::int64_t tokens = x.shape[0], in = x.shape[1], outputs = weight.shape[0];
    float* const w = scratch;                          // [tile_outputs, tile_inputs]
    float* const v = w + tile_outputs * tile_inputs;   // [tile_tokens, tile_inputs]
    float* const sum = v + tile_tokens * tile_inputs;  // [block_tokens, tile_outputs]
    for (std::int64_t i = 0; i < in || i == 0; i += tile_inputs) {
      const std::int64_t ni = std::min(tile_inputs, in - i);
      for (std::int64_t o = 0; o < outputs; ++o)
        widen(weight.data + o * weight.stride[0] + i, ni, w + o * tile_inputs);
      for (std::int64_t t0 = 0; t0 < tokens; t0 += tile_tokens) {
        const std::int64_t nt = std::min(tile_tokens, tokens - t0);
        const std::int64_t padded_tokens = (nt + 3) / 4 * 4;
        for (std::int64_t t = 0; t < nt; ++t)
          widen(x.data + (t0 + t) * x.stride[0] + i, ni, v + t * tile_inputs);
        for (std::int64_t t = nt; t < padded_tokens; ++t) std::fill_n(v + t * tile_inputs, ni, 0.0f);
        multiply_by_transposed(v, tile_inputs, w, tile_inputs, sum + t0 * tile_outputs, tile_outputs,
                               padded_tokens, outputs, ni, i > 0);
      }
    }
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t o = 0; o < outputs; ++o)
        out(t, o) = T(sum[t * tile_outputs + o] + (bias.empty() ? 0.0f : float(bias(o))));
  }
};

}  // namespace qwen3vl
