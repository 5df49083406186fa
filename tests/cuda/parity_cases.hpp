#pragma once

#include <algorithm>
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
#include <qwen3vl/ops/mean_rows.hpp>
#include <qwen3vl/ops/position_embedding.hpp>
#include <qwen3vl/ops/resize_table.hpp>
#include <qwen3vl/ops/rms_norm.hpp>
#include <qwen3vl/ops/rope/axial_2d.hpp>
#include <qwen3vl/ops/rope/mrope_interleaved.hpp>
#include <qwen3vl/ops/rope_table.hpp>
#include <qwen3vl/ops/rotate.hpp>
#include <qwen3vl/ops/scale_queries.hpp>
#include <qwen3vl/ops/softmax.hpp>

#include "../ops/experts_cases.hpp"
#include "../support/close.hpp"

namespace qwen3vl::test {

/// Where so many rows of the experts begin: the first and every third have some.
inline std::vector<int> some_groups(int rows, std::int64_t experts) {
  std::vector<int> begin{0};
  for (std::int64_t e = 0; e < experts; ++e)
    begin.push_back(e + 1 == experts ? rows : std::min(rows, begin.back() + (e % 3 == 0 ? int(e % 11) : 0)));
  return begin;
}

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

  {  // a mixture of experts, the visits as the router has it
    const std::int64_t tokens = 173, experts = 32, k = 6, in = 520, outputs = 392;
    const auto chosen = int_matrix(bench, std::vector<int>(std::size_t(tokens * k)), tokens),
               place = int_matrix(bench, std::vector<int>(std::size_t(tokens * k)), tokens);
    const auto token = int_matrix(bench, std::vector<int>(std::size_t(tokens * k)), 1)[0],
               begin = int_matrix(bench, std::vector<int>(std::size_t(experts + 1)), 1)[0];
    const auto share = bench.empty({tokens, k}), y = bench.empty({tokens * k, outputs}),
               out = bench.empty({tokens, outputs});
    const auto x = bench.copy(random({tokens * k, in}, 1));
    const auto weight = bench.copy(random({experts, outputs, in}, 2));
    const auto told = [&](const std::vector<int>& list) {
      return std::vector<double>(list.begin(), list.end());
    };
    route(on, bench.copy(random({tokens, experts}, 3, 3)), chosen, share);
    group_by_expert(on, chosen, place, token, begin);
    grouped_linear(on, x, weight, begin, y);
    combine_experts(on, y, place, share, out);
    tell("route", told(read_ints(bench, chosen)), 0.0);
    tell("shares", bench.read(share).values, block_error<T>(1, 2, experts) + 8 * 0x1p-24);
    tell("places", told(read_ints(bench, place)), 0.0);
    tell("grouped_linear", bench.read(y).values, block_error<T>(1, 2, in));
    tell("combine_experts", bench.read(out).values, block_error<T>(4, 3, in));
    grouped_linear(on, x.rows(0, 90), weight, bench.list(some_groups(90, experts)), y.rows(0, 90));
    tell("grouped_linear, few rows an expert", bench.read(y.rows(0, 90)).values, block_error<T>(1, 2, in));
  }
  {
    const auto out = bench.empty({900, 200});
    resize_table(on, bench.copy(random({256, 200}, 1)), out);
    tell("resize_table", bench.read(out).values, block_error<T>(1, 1, 16) + 64 * 0x1p-24);
    const auto q = bench.copy(random({300, 4, 128}, 2));
    scale_queries(on, LogNScale{100},
                  bench.list(std::vector<Segment>{{0, 200, 0, 260, 7}, {200, 100, 260, 5000, 0}}), q);
    tell("scale_queries", bench.read(q).values, block_error<T>(1, 0, 0) + 8 * 0x1p-24);
    const auto x = bench.copy(random({70, 1000}, 3, 5)), mean = bench.empty({1, 1000});
    mean_rows(on, x, mean);
    tell("mean_rows", bench.read(mean).values, block_error<T>(1, 8, 70));
    softmax(on, x, x);
    tell("softmax", bench.read(x).values, block_error<T>(1, 2, 1000) + 16 * 0x1p-24);
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
