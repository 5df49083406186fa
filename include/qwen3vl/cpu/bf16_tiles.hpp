#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <qwen3vl/cpu/for_each_tile.hpp>
#include <qwen3vl/cpu/matmul.hpp>

#if defined(__AVX512BF16__)
#include <immintrin.h>  // after Eigen's door, which silences it
#endif

namespace qwen3vl {

/// Products of bf16 on processors that have an instruction for them (AVX512-BF16: vdpbf16ps): a lane adds
/// two products to a float, with one rounding each, twice what float tiles do in the same time.
///
///   task      48 outputs, a block of tokens; the inputs in pieces of 2048
///   packing   pairs of inputs side by side: packed[i/2][o] = (weight[o, i], weight[o, i + 1])
///   kernel    8 tokens × 48 outputs in 24 registers; a pair of a token's inputs is broadcast and meets
///             three vectors of packed weights
///   bound     arithmetic: 64 operations a cycle
///
/// Few tokens, odd inputs, other types and other processors go to EigenTiles. A token's sum is added in
/// the order of the inputs wherever the token stands.
struct Bf16Tiles {
#if defined(__AVX512BF16__)
  static constexpr bool available = true;
#else
  static constexpr bool available = false;
#endif
  static constexpr std::int64_t tile_outputs = 48, tile_inputs = 2048, tile_tokens = 8, block_tokens = 768;
  static_assert((tile_outputs * tile_inputs / 2 + block_tokens * tile_outputs) <= Cpu::scratch_floats);

  template <Element T>
  static void run(Cpu& cpu, View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias,
                  View<T, 2> out) {
    if constexpr (available && std::is_same_v<T, bf16>) {
      if (x.shape[0] > EigenTiles::few && x.shape[1] % 2 == 0 && x.shape[1] > 0 && out.size() > 0)
        return for_each_tile<tile_outputs, block_tokens>(cpu, x, weight, bias, out, tile);
    }
    EigenTiles::run(cpu, x, weight, bias, out);
  }

 private:
  static void tile(View<const bf16, 2> x, View<const bf16, 2> weight, View<const bf16, 1> bias,
                   View<bf16, 2> out, float* scratch) {
    const std::int64_t tokens = x.shape[0], inputs = x.shape[1], outputs = weight.shape[0];
    std::uint32_t* const packed = reinterpret_cast<std::uint32_t*>(scratch);  // [tile_inputs/2, tile_outputs]
    float* const sum = scratch + tile_outputs * tile_inputs / 2;              // [tokens, tile_outputs]
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t o = 0; o < tile_outputs; ++o)
        sum[t * tile_outputs + o] = o < outputs && !bias.empty() ? float(bias(o)) : 0.0f;
    for (std::int64_t i = 0; i < inputs; i += tile_inputs) {
      const std::int64_t pairs = std::min(tile_inputs, inputs - i) / 2;
      pack(weight, i, pairs, packed);
      std::int64_t t = 0;
      for (; t + tile_tokens <= tokens; t += tile_tokens)
        multiply<tile_tokens>(&x(t, i), x.stride[0], packed, pairs, sum + t * tile_outputs);
      for (; t < tokens; ++t) multiply<1>(&x(t, i), x.stride[0], packed, pairs, sum + t * tile_outputs);
    }
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t o = 0; o < outputs; ++o) out(t, o) = bf16(sum[t * tile_outputs + o]);
  }

  /// Outputs beyond the last become zeros.
  static void pack(View<const bf16, 2> weight, std::int64_t i, std::int64_t pairs, std::uint32_t* packed) {
    constexpr std::int64_t run = 16;  // pairs: a cache line of a weight's row
    for (std::int64_t p0 = 0; p0 < pairs; p0 += run) {
      const std::int64_t n = std::min(run, pairs - p0);
      for (std::int64_t o = 0; o < tile_outputs; ++o) {
        std::uint32_t line[run] = {};
        if (o < weight.shape[0])
          std::memcpy(line, weight.data + o * weight.stride[0] + i + 2 * p0, std::size_t(n) * sizeof line[0]);
        for (std::int64_t p = 0; p < n; ++p) packed[(p0 + p) * tile_outputs + o] = line[p];
      }
    }
  }

  /// sum[t, o] += Σ_p x[t, 2p]·w[2p, o] + x[t, 2p + 1]·w[2p + 1, o]
  template <int Tokens>
  static void multiply([[maybe_unused]] const bf16* x, [[maybe_unused]] std::int64_t x_stride,
                       [[maybe_unused]] const std::uint32_t* packed, [[maybe_unused]] std::int64_t pairs,
                       [[maybe_unused]] float* sum) {
#if defined(__AVX512BF16__)
    __m512 total[Tokens][3];
    for (int t = 0; t < Tokens; ++t)
      for (int v = 0; v < 3; ++v) total[t][v] = _mm512_loadu_ps(sum + t * tile_outputs + 16 * v);
    for (std::int64_t p = 0; p < pairs; ++p) {
      __m512bh w[3];
      for (int v = 0; v < 3; ++v) w[v] = (__m512bh)_mm512_loadu_si512(packed + p * tile_outputs + 16 * v);
      for (int t = 0; t < Tokens; ++t) {
        std::int32_t pair;
        std::memcpy(&pair, x + t * x_stride + 2 * p, sizeof pair);
        const __m512bh both = (__m512bh)_mm512_set1_epi32(pair);
        for (int v = 0; v < 3; ++v) total[t][v] = _mm512_dpbf16_ps(total[t][v], w[v], both);
      }
    }
    for (int t = 0; t < Tokens; ++t)
      for (int v = 0; v < 3; ++v) _mm512_storeu_ps(sum + t * tile_outputs + 16 * v, total[t][v]);
#endif
  }
};

}  // namespace qwen3vl
