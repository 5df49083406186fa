#include <qwen3vl/text/decoder_layer.hpp>

#include <memory>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/text/text_config.hpp>

#include "../support/memory.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

TextConfig small() {
  TextConfig config;
  config.hidden_size = 40, config.intermediate_size = 70, config.num_hidden_layers = 3;
  config.num_attention_heads = 6, config.num_key_value_heads = 2, config.head_dim = 16;
  config.vocab_size = 50, config.mrope_section = {4, 2, 2};
  return config;
}

template <class T, class Recipe = Qwen3> struct Fixture {
  CpuBench<T> bench;
  DecoderLayer<Cpu, T, Recipe> layer;
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 22};
  KVCache<Cpu, T> cache{bench.on, 1, 2, 16, 1, 40};

  Fixture() {
    layer.configure(small());
    DecoderLayer<Cpu, T, Recipe>::weights(layer, small(), weights);
  }
  template <class Observer = Unobserved> Numbers<2> run(const Numbers<2>& x, Observer observe = {}) {
    const int tokens = static_cast<int>(x.shape[0]);
    auto out = bench.copy(x);
    layer.forward(bench.on, workspace, bench.full({tokens, 8}, 0.8), bench.full({tokens, 8}, 0.6),
                  bench.list(std::vector<Segment>{{0, tokens, 0, tokens, 0}}), cache.keys(0), cache.values(0),
                  out, observe);
    return bench.read(out);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("DecoderLayer: x + self_attn(norm(x)), then + mlp(norm(x))", T, float, bf16) {
  Fixture<T> fixture;
  const auto x = rounded<T>(random({12, 40}, 5));
  Numbers<2> attended, fed;
  const auto got = fixture.run(x, [&](std::string_view name, const auto& view) {
    if constexpr (std::remove_cvref_t<decltype(view)>::rank == 2) {
      if (name == "self_attn") attended = fixture.bench.read(View<const T, 2>(view));
      if (name == "mlp") fed = fixture.bench.read(View<const T, 2>(view));
    }
  });
  const auto sum = [](const Numbers<2>& a, const Numbers<2>& b) {
    Numbers<2> out = a;
    for (std::size_t i = 0; i < out.values.size(); ++i)
      out.values[i] = round_to<T>(a.values[i] + b.values[i]);
    return out;
  };
  CHECK_CLOSE(got, sum(sum(x, attended), fed), ulps<T>(0.5));

  // the MLP saw the norm of the sum
  auto normed = fixture.bench.empty({12, 40}), again = fixture.bench.empty({12, 40});
  fixture.layer.post_attention_layernorm.forward(fixture.bench.on, fixture.bench.copy(sum(x, attended)),
                                                 normed);
  fixture.layer.mlp.forward(fixture.bench.on, fixture.workspace, normed, again);
  CHECK_SAME(fixture.bench.read(again), fed);
}

TEST_CASE("DecoderLayer: the weights have the checkpoint's names, an observer's, the reference's") {
  Fixture<float> fixture;
  CHECK(fixture.weights.names ==
        std::vector<std::string>{"input_layernorm.weight", "self_attn.q_proj.weight",
                                 "self_attn.k_proj.weight", "self_attn.v_proj.weight",
                                 "self_attn.o_proj.weight", "self_attn.q_norm.weight",
                                 "self_attn.k_norm.weight", "post_attention_layernorm.weight",
                                 "mlp.gate_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight"});
  std::vector<std::string> seen;
  fixture.run(random({3, 40}, 1), [&](std::string_view name, const auto&) { seen.emplace_back(name); });
  CHECK(seen == std::vector<std::string>{"input_layernorm", "self_attn.q_norm", "self_attn.k_norm",
                                         "self_attn", "mlp"});
}

TEST_CASE("DecoderLayer: configure takes eps and head_dim from the config") {
  TextConfig config = small();
  config.rms_norm_eps = 1e-3;
  DecoderLayer<Cpu, float> layer;
  layer.configure(config);
  CHECK(layer.input_layernorm.eps == 1e-3f);
  CHECK(layer.post_attention_layernorm.eps == 1e-3f);
  CHECK(layer.self_attn.q_norm.eps == 1e-3f);
  CHECK(layer.self_attn.head_dim == 16);
}

namespace {

/// Recipes of a user: a window of two keys; no norm of heads, biased projections; another MLP.
struct Windowed : Qwen3 {
  struct LastTwo {
    QWEN3VL_HD KeyRange visible(Segment s, int query) const {
      const int end = s.keys - s.queries + query + 1;
      return {end > 2 ? end - 2 : 0, end};
    }
  };
  using Mask = LastTwo;
};
struct Qwen2Like : Qwen3 {
  static constexpr bool qk_norm = false, qkv_bias = true;
};
struct Doubling : Qwen3 {
  template <Backend B, Element T> struct MLP {  // out = 2x, of no weights
    static void weights(auto&, int, int, bool, auto&&) {}
    void forward(B& on, Workspace<B>&, In<B, T, 2> x, Out<B, T, 2> out) const {
      for (std::int64_t t = 0; t < x.shape[0]; ++t)
        for (std::int64_t c = 0; c < x.shape[1]; ++c) out(t, c) = T(float(x(t, c)));
      add(on, x, out);
    }
  };
};

}  // namespace

TEST_CASE("DecoderLayer: a variant is a recipe with one line changed") {
  SUBCASE("a sliding window") {
    Fixture<float, Windowed> fixture;
    auto x = random({9, 40}, 5);
    const auto before = fixture.run(x);
    x(2, 0) += 1;
    const auto after = fixture.run(x);
    CHECK_SAME(after.rows(0, 2), before.rows(0, 2));
    CHECK(relative_error(after.rows(3, 1), before.rows(3, 1)) > 1e-4);
    CHECK_SAME(after.rows(4, 5), before.rows(4, 5));  // two keys on, nobody remembers
  }
  SUBCASE("projections with a bias, heads without a norm") {
    Fixture<float, Qwen2Like> fixture;
    CHECK(fixture.weights.names.size() == 12);
    CHECK(std::isfinite(fixture.run(random({5, 40}, 5)).largest()));
  }
  SUBCASE("an MLP of one's own") {
    Fixture<float, Doubling> fixture;
    CHECK(fixture.weights.names.size() == 8);
    CHECK(std::isfinite(fixture.run(random({5, 40}, 5)).largest()));
  }
}

TEST_CASE_TEMPLATE("DecoderLayer: memory", T, float, bf16) {
  for (const int tokens : {1, 8, 300})
    check_memory<T>([tokens](auto& bench) {
      using B = OnOf<decltype(bench)>;
      TextConfig config = small();
      config.hidden_size = 256, config.intermediate_size = 700, config.head_dim = 128;
      DecoderLayer<B, T> layer;
      layer.configure(config);
      RandomWeights weights(bench);
      DecoderLayer<B, T>::weights(layer, config, weights);
      auto x = bench.full({tokens, 256}, 1), table = bench.full({tokens, 64}, 0.5);
      auto cache = std::make_shared<KVCache<B, T>>(bench.on, 1, 2, 128, 1, 310);
      const auto segments = bench.list(std::vector<Segment>{{0, tokens, 0, tokens, 0}});
      return [=, &bench](Workspace<B>& workspace) {
        layer.forward(bench.on, workspace, table, table, segments, cache->keys(0), cache->values(0), x);
      };
    });
}
