#pragma once

#include <algorithm>
#include <cstdint>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/cpu/cpu.hpp>

namespace qwen3vl {

/// Cuts a matrix product into tasks of Outputs outputs × a block of Tokens tokens, the last of each smaller,
/// and calls tile(x, weight, bias, out, scratch) with each one's part. Neighbouring tasks share their tokens.
///
///   x : [tokens, in]   weight : [outputs, in]   bias : [outputs] or empty   out : [tokens, outputs]
template <std::int64_t Outputs, std::int64_t Tokens, Element T, class Tile>
void for_each_tile(Cpu& cpu, View<const T, 2> x, View<const T, 2> weight, View<const T, 1> bias,
                   View<T, 2> out, const Tile& tile) {
  const std::int64_t tokens = x.shape[0], outputs = weight.shape[0];
  const std::int64_t output_tiles = (outputs + Outputs - 1) / Outputs;
  const std::int64_t token_blocks = (tokens + Tokens - 1) / Tokens;
  cpu.parallel_ranges(output_tiles * token_blocks, 1, [&](std::int64_t begin, std::int64_t end, int thread) {
    for (std::int64_t task = begin; task < end; ++task) {
      const std::int64_t t0 = task / output_tiles * Tokens, o0 = task % output_tiles * Outputs;
      const std::int64_t nt = std::min(Tokens, tokens - t0), no = std::min(Outputs, outputs - o0);
      tile(x.rows(t0, nt), weight.rows(o0, no), bias.empty() ? bias : bias.rows(o0, no),
           columns(out.rows(t0, nt), o0, no), cpu.scratch(thread));
    }
  });
}

}  // namespace qwen3vl
