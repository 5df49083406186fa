#pragma once

#include <string>
#include <vector>

#include <qwen3vl/ops/activate.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>
#include <qwen3vl/ops/activation/silu.hpp>
#include <qwen3vl/ops/attend.hpp>
#include <qwen3vl/ops/layer_norm.hpp>
#include <qwen3vl/ops/linear.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>
#include <qwen3vl/ops/position_embedding.hpp>
#include <qwen3vl/ops/rms_norm.hpp>
#include <qwen3vl/ops/rope/axial_2d.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/rotate.hpp>

#include "../support/close.hpp"

namespace qwen3vl::test {

/// Ops at the sizes of real models, where the cases of tests/ops would take the second opinion too long. Each
/// is told by name, with its numbers and what a backend may be off another, as relative_error() has it.
template <class Bench, class Tell> void parity_cases(Bench& bench, Tell tell) {
  using T = typename Bench::Element;
  auto& on = bench.on;

  const auto norm = [&](std::int64_t tokens, std::int64_t channels) {
    const auto x = bench.copy(random({tokens, channels}, 1, 3)), out = bench.empty({tokens, channels});
    const auto weight = bench.copy(random({channels}, 2, 2)), bias = bench.copy(random({channels}, 3));
    const std::string size = std::to_string(tokens) + " x " + std::to_string(channels);
    rms_norm(on, x, weight, 1e-6f, out);
    tell("rms_norm " + size, bench.read(out).values, block_error<T>(2, 1, channels));
    layer_norm(on, x, weight, bias, 1e-6f, out);
    tell("layer_norm " + size, bench.read(out).values, block_error<T>(1, 2, channels));
  };
  norm(257, 1152);
  norm(1000, 128);
  norm(33, 5120);

  {
    const auto gate = bench.copy(random({65, 12288}, 1, 4)), up = bench.copy(random({65, 12288}, 2)),
               out = bench.empty({65, 12288});
    activate_multiply(on, SiLU{}, gate, up, out);
    tell("SiLU, multiplied", bench.read(out).values, block_error<T>(2, 0, 0) + 8 * 0x1p-24);
    activate(on, GeluTanh{}, gate, out);
    tell("GeluTanh", bench.read(out).values, block_error<T>(1, 0, 0) + 8 * 0x1p-24);
    activate(on, GeluErf{}, gate, out);
    tell("GeluErf", bench.read(out).values, block_error<T>(1, 0, 0) + 8 * 0x1p-24);
  }

  const auto product = [&](std::int64_t tokens, std::int64_t in, std::int64_t outputs) {
    const auto out = bench.empty({tokens, outputs});
    linear(on, bench.copy(random({tokens, in}, 1)), bench.copy(random({outputs, in}, 2)),
           bench.copy(random({outputs}, 3)), out);
    tell("linear " + std::to_string(tokens) + " x " + std::to_string(in) + " x " + std::to_string(outputs),
         bench.read(out).values, block_error<T>(1, 2, in));
  };
  for (const std::int64_t tokens : {1, 4, 5, 64, 257}) product(tokens, 1152, 432);
  product(17, 4304, 1152);
  product(130, 1536, 1152);
  product(3, 4096, 1030);
  product(70, 97, 101);

  const auto turn = [&](auto rope, int heads, auto table) {
    using C = decltype(table);
    std::vector<Position> positions;
    for (int t = 0; t < 201; ++t) positions.push_back({t * 991, t * 7 % 50, t * 11 % 50});
    auto cosine = bench.template empty_as<C>({201, rope.pairs()}),
         sine = bench.template empty_as<C>({201, rope.pairs()});
    rope_table(on, rope, bench.list(positions), cosine, sine);
    tell("cosines of head_dim " + std::to_string(2 * rope.pairs()), bench.read(cosine).values,
         block_error<C>(1, 0, 0) + 4 * 0x1p-24);
    const auto x = bench.copy(random({201, heads, 2 * rope.pairs()}, 4));
    rotate(on, cosine, sine, x);
    tell("rotate, head_dim " + std::to_string(2 * rope.pairs()), bench.read(x).values,
         block_error<T>(3, 0, 0) + 8 * 0x1p-24);
  };
  turn(MRoPEInterleaved{128, 5e6f, 20, 20}, 5, T{});
  turn(Axial2D{72}, 16, float{});
  turn(Axial2D{80}, 3, float{});

  {
    const auto x = bench.copy(random({2 * 24 * 38, 150}, 1)), table = bench.copy(random({48 * 48, 150}, 2));
    add_position_embedding(on, table, Grid{2, 24, 38}, 2, x);
    tell("position embedding", bench.read(x).values, block_error<T>(2, 0, 0) + 8 * 0x1p-24);
  }

  const auto look = [&](const char* name, auto mask, const std::vector<Segment>& segments,
                        std::int64_t tokens, std::int64_t rows, std::int64_t heads, std::int64_t kv_heads,
                        std::int64_t head_dim) {
    const auto q = bench.copy(random({tokens, heads, head_dim}, 1, 2)),
               keys = bench.copy(random({rows, kv_heads, head_dim}, 2)),
               values = bench.copy(random({rows, kv_heads, head_dim}, 3)),
               out = bench.empty({tokens, heads, head_dim});
    attend(on, mask, bench.list(segments), q, keys, values, 1 / std::sqrt(static_cast<float>(head_dim)), out);
    tell(std::string("attend: ").append(name), bench.read(out).values, block_error<T>(1, 4, rows));
  };
  look("frames of several sizes, head_dim 72", FullMask{},
       {{0, 576, 0, 576}, {576, 24, 576, 24}, {600, 333, 600, 333}}, 933, 933, 4, 4, 72);
  look("frames, head_dim 64", FullMask{}, {{0, 200, 0, 200}, {200, 200, 200, 200}}, 400, 400, 3, 3, 64);
  look("frames, head_dim 80", FullMask{}, {{0, 129, 0, 129}}, 129, 129, 2, 2, 80);
  look("a chunk behind a cache", CausalMask{}, {{0, 150, 0, 700}}, 150, 700, 8, 2, 128);
  look("a batch behind caches, padded", CausalMask{},
       {{0, 70, 0, 100, 20}, {70, 5, 512, 300, 0}, {75, 65, 200, 65, 3}}, 140, 900, 8, 2, 128);
  look("the next token", CausalMask{}, {{0, 1, 0, 3001}}, 1, 4000, 32, 8, 128);
  look("the next tokens of a batch", CausalMask{}, {{1, 1, 0, 1000}, {0, 1, 1000, 1}, {2, 1, 1001, 777, 700}},
       3, 2000, 16, 8, 128);
  look("the next token, sixteen heads a group", CausalMask{}, {{0, 1, 0, 500}}, 1, 500, 32, 2, 40);
}

}  // namespace qwen3vl::test
