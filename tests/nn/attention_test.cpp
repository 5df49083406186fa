#include <qwen3vl/nn/attention.hpp>

#include <memory>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/nn/kv_cache.hpp>
#include <qwen3vl/ops/mask/causal.hpp>
#include <qwen3vl/ops/mask/full.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

struct Normed {  // Qwen3
  using Mask = CausalMask;
  static constexpr bool qk_norm = true, qkv_bias = false;
};
struct Biased {  // Qwen2.5
  using Mask = CausalMask;
  static constexpr bool qk_norm = false, qkv_bias = true;
};

struct Config {  // head_dim is not hidden / heads
  int hidden_size = 40, num_attention_heads = 6, num_key_value_heads = 2, head_dim = 16;
  double rms_norm_eps = 1e-5;
};

/// An attention block with its weights, its table of angles and a cache.
template <class T, class Recipe> struct Fixture {
  CpuBench<T> bench;
  Config config;
  Attention<Cpu, T, Recipe> attention;
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 22};
  KVCache<Cpu, T> cache{bench.on, 1, config.num_key_value_heads, config.head_dim, 2, 40};
  Numbers<2> cosine, sine;

  explicit Fixture(std::int64_t tokens) {
    attention.configure(config);
    Attention<Cpu, T, Recipe>::weights(attention, config, weights);
    const auto angles = random({tokens, 8}, 77, 3);
    cosine = rounded<T>(angles.map([](double a) { return std::cos(a); }));
    sine = rounded<T>(angles.map([](double a) { return std::sin(a); }));
  }

  /// Tokens begin … begin + x.rows − 1, which these segments place.
  Numbers<2> run(const Numbers<2>& x, std::int64_t begin, const std::vector<Segment>& segments) {
    auto out = bench.empty({x.shape[0], 40});
    attention.forward(bench.on, workspace, bench.copy(x), bench.copy(cosine.rows(begin, x.shape[0])),
                      bench.copy(sine.rows(begin, x.shape[0])), bench.list(segments), cache.keys(0),
                      cache.values(0), out);
    return bench.read(out);
  }

  Numbers<2> expected(const Numbers<2>& x, const std::vector<Segment>& segments) {
    const std::int64_t tokens = x.shape[0];
    const auto heads = [&](const std::string& name, std::int64_t count) {
      auto projected =
          reference::linear(x, weights.matrix(name + "_proj.weight"),
                            Recipe::qkv_bias ? weights.vector(name + "_proj.bias") : Numbers<1>{});
      if (Recipe::qk_norm && name != "v")
        projected = reshaped(
            reference::rms_norm(rounded<T>(reshaped(projected, {tokens * count, 16})),
                                weights.vector(name + "_norm.weight"), config.rms_norm_eps, round_to<T>),
            {tokens, count * 16});
      return rounded<T>(reshaped(projected, {tokens, count, 16}));
    };
    const auto q = rounded<T>(reference::rotate(heads("q", 6), cosine, sine, round_to<T>));
    const auto k = rounded<T>(reference::rotate(heads("k", 2), cosine, sine, round_to<T>));
    const auto mixed = reference::attend(reference::causal, segments, q, k, heads("v", 2), 0.25);
    return reference::linear(rounded<T>(reshaped(mixed, {tokens, 96})), weights.matrix("o_proj.weight"));
  }
};

}  // namespace

TEST_CASE_TEMPLATE("Attention agrees with its equation", T, float, bf16) {
  const auto check = [](auto&& fixture) {
    const auto x = rounded<T>(random({20, 40}, 5));
    const std::vector<Segment> segments{{0, 20, 0, 20, 0}};
    // q, k, norm, rotation, mix and result are rounded: eight times on the longest way
    CHECK(relative_error(fixture.run(x, 0, segments), fixture.expected(x, segments)) <=
          block_error<T>(8, 4, 96));
  };
  check(Fixture<T, Normed>(20));
  check(Fixture<T, Biased>(20));
}

TEST_CASE_TEMPLATE("Attention: step by step, in chunks or in one go", T, float, bf16) {
  const auto x = rounded<T>(random({20, 40}, 5));
  Fixture<T, Normed> fixture(20);
  const auto whole = fixture.run(x, 0, {{0, 20, 0, 20, 0}});
  for (const int chunk : {1, 3, 13}) {
    Numbers<2> pieces = whole.map([](double) { return not_a_number; });
    for (int begin = 0; begin < 20; begin += chunk) {
      const int n = std::min(chunk, 20 - begin);
      const auto piece = fixture.run(x.rows(begin, n), begin, {{0, n, 0, begin + n, 0}});
      std::copy(piece.values.begin(), piece.values.end(), pieces.values.begin() + begin * 40);
    }
    // few tokens and many are multiplied in another order: in bf16 a last bit may turn
    CHECK(relative_error(pieces, whole) <= (std::same_as<T, float> ? 1e-6 : 2 * epsilon<T>));
  }
}

TEST_CASE_TEMPLATE("Attention: a batch gives what its sequences give alone, packed or left-padded", T, float,
                   bf16) {
  const auto x = rounded<T>(random({20, 40}, 5));
  Fixture<T, Normed> fixture(20);
  // 12 and 8 tokens, the second with 3 pads before it; rows of the cache: 0 and 40
  const auto batch = fixture.run(x, 0, {{0, 12, 0, 12, 0}, {12, 8, 40, 8, 3}});
  const auto first = fixture.run(x.rows(0, 12), 0, {{0, 12, 0, 12, 0}});
  const auto second = fixture.run(x.rows(15, 5), 15, {{0, 5, 0, 5, 0}});
  const double close = std::same_as<T, float> ? 1e-6 : 2 * epsilon<T>;
  CHECK(relative_error(batch.rows(0, 12), first) <= close);
  CHECK(relative_error(batch.rows(15, 5), second) <= close);
  for (const double value : batch.values) CHECK(std::isfinite(value));  // the pads' rows, too
}

TEST_CASE("Attention: keys go to the cache after norm and RoPE, values as projected") {
  Fixture<float, Normed> fixture(3);
  const auto x = random({3, 40}, 5);
  fixture.run(x, 0, {{0, 3, 40, 3, 0}});
  const auto k = reshaped(
      reference::rms_norm(reshaped(reference::linear(x, fixture.weights.matrix("k_proj.weight")), {6, 16}),
                          fixture.weights.vector("k_norm.weight"), 1e-5, round_to<float>),
      {3, 2, 16});
  CHECK_CLOSE(fixture.bench.read(fixture.cache.keys(0).rows(40, 3)),
              reference::rotate(k, fixture.cosine, fixture.sine, round_to<float>), (Tolerance{2e-6, 0}));
  CHECK_CLOSE(fixture.bench.read(fixture.cache.values(0).rows(40, 3)),
              reshaped(reference::linear(x, fixture.weights.matrix("v_proj.weight")), {3, 2, 16}),
              (Tolerance{2e-6, 0}));
}

TEST_CASE("Attention: the weights have the checkpoint's names") {
  CHECK(Fixture<float, Normed>(1).weights.names ==
        std::vector<std::string>{"q_proj.weight", "k_proj.weight", "v_proj.weight", "o_proj.weight",
                                 "q_norm.weight", "k_norm.weight"});
  CHECK(Fixture<float, Biased>(1).weights.names ==
        std::vector<std::string>{"q_proj.weight", "q_proj.bias", "k_proj.weight", "k_proj.bias",
                                 "v_proj.weight", "v_proj.bias", "o_proj.weight"});
}

TEST_CASE("Attention: an observer sees the normed heads") {
  Fixture<float, Normed> fixture(4);
  std::vector<std::string> names;
  auto out = fixture.bench.empty({4, 40});
  fixture.attention.forward(fixture.bench.on, fixture.workspace, fixture.bench.full({4, 40}, 1),
                            fixture.bench.copy(fixture.cosine), fixture.bench.copy(fixture.sine),
                            fixture.bench.list(std::vector<Segment>{{0, 4, 0, 4, 0}}), fixture.cache.keys(0),
                            fixture.cache.values(0), out, [&](std::string_view name, const auto& x) {
                              names.emplace_back(name);
                              CHECK(x.shape[0] == 4);
                              CHECK(x.shape[2] == 16);
                            });
  CHECK(names == std::vector<std::string>{"q_norm", "k_norm"});
}

TEST_CASE("Attention: not configured, it says so") {
  Fixture<float, Normed> fixture(2);
  fixture.attention.head_dim = 0;
  CHECK_REFUSES(fixture.run(random({2, 40}, 1), 0, {{0, 2, 0, 2, 0}}), "Attention: head_dim does not divide");
  fixture.attention.head_dim = 7;
  CHECK_REFUSES(fixture.run(random({2, 40}, 1), 0, {{0, 2, 0, 2, 0}}), "Attention: head_dim does not divide");
}

TEST_CASE_TEMPLATE("Attention: memory", T, float, bf16) {
  for (const int tokens : {1, 8, 300})
    check_memory<T>([tokens](auto& bench) {
      using B = OnOf<decltype(bench)>;
      struct Wide : Config {
        Wide() : Config{256, 8, 2, 128, 1e-6} {}
      } config;
      Attention<B, T, Normed> attention;
      attention.configure(config);
      RandomWeights weights(bench);
      Attention<B, T, Normed>::weights(attention, config, weights);
      auto x = bench.full({tokens, 256}, 1), out = bench.empty({tokens, 256});
      auto table = bench.full({tokens, 64}, 0.5);
      auto cache = std::make_shared<KVCache<B, T>>(bench.on, 1, 2, 128, 1, 310);
      const auto segments = bench.list(std::vector<Segment>{{0, tokens, 0, tokens, 0}});
      return [=, &bench](Workspace<B>& workspace) {
        attention.forward(bench.on, workspace, x, table, table, segments, cache->keys(0), cache->values(0),
                          out);
      };
    });
}
