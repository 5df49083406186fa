#include <qwen3vl/vision/vision_block.hpp>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/vision/vision_config.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

VisionConfig small() {
  VisionConfig config;
  config.hidden_size = 36, config.intermediate_size = 70, config.num_heads = 3;  // head_dim 12
  return config;
}

/// A block with its weights and a table of angles.
template <class T> struct Fixture {
  CpuBench<T> bench;
  VisionBlock<Cpu, T> block;
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 22};
  Numbers<2> cosine, sine;

  explicit Fixture(std::int64_t patches) {
    block.attn.num_heads = 3;
    VisionBlock<Cpu, T>::weights(block, small(), weights);
    const auto angles = random({patches, 6}, 77, 3);
    cosine = rounded<float>(angles.map([](double a) { return std::cos(a); }));
    sine = rounded<float>(angles.map([](double a) { return std::sin(a); }));
  }

  template <class Observer = Unobserved>
  Numbers<2> run(const Numbers<2>& x, const std::vector<Segment>& segments, Observer observe = {}) {
    auto out = bench.copy(x);
    block.forward(bench.on, workspace, bench.template copy_as<float>(cosine),
                  bench.template copy_as<float>(sine), bench.list(segments), out, observe);
    return bench.read(out);
  }

  Numbers<2> expected(const Numbers<2>& x, const std::vector<Segment>& segments) {
    const std::int64_t patches = x.shape[0];
    const auto norm = [&](const Numbers<2>& x, const std::string& name) {
      return rounded<T>(
          reference::layer_norm(x, weights.vector(name + ".weight"), weights.vector(name + ".bias"), 1e-6));
    };
    const auto linear = [&](const Numbers<2>& x, const std::string& name) {
      return rounded<T>(
          reference::linear(x, weights.matrix(name + ".weight"), weights.vector(name + ".bias")));
    };
    const auto fused = linear(norm(x, "norm1"), "attn.qkv");
    const auto part = [&](int which) {  // rows of q, then of k, then of v
      Numbers<3> heads({patches, 3, 12});
      for (std::int64_t t = 0; t < patches; ++t)
        for (std::int64_t c = 0; c < 36; ++c) heads(t, c / 12, c % 12) = fused(t, which * 36 + c);
      return heads;
    };
    const auto q = rounded<T>(reference::rotate(part(0), cosine, sine, round_to<float>));
    const auto k = rounded<T>(reference::rotate(part(1), cosine, sine, round_to<float>));
    const auto mixed =
        rounded<T>(reference::attend(reference::full, segments, q, k, part(2), 1 / std::sqrt(12.0)));
    const auto attended = rounded<T>(reference::add(x, linear(reshaped(mixed, {patches, 36}), "attn.proj")));
    const auto inner =
        rounded<T>(linear(norm(attended, "norm2"), "mlp.linear_fc1").map(reference::gelu_tanh));
    return rounded<T>(reference::add(attended, linear(inner, "mlp.linear_fc2")));
  }
};

}  // namespace

TEST_CASE_TEMPLATE("VisionBlock agrees with its equation", T, float, bf16) {
  Fixture<T> fixture(20);
  const auto x = rounded<T>(random({20, 36}, 5, 2));
  const std::vector<Segment> segments{{0, 12, 0, 12, 0}, {12, 8, 12, 8, 0}};
  // the longest way has twelve roundings and six sums
  CHECK(relative_error(fixture.run(x, segments), fixture.expected(x, segments)) <= block_error<T>(12, 6, 70));
}

TEST_CASE_TEMPLATE("VisionBlock: frames do not see each other", T, float, bf16) {
  Fixture<T> fixture(20);
  const std::vector<Segment> segments{{0, 12, 0, 12, 0}, {12, 8, 12, 8, 0}};
  auto x = rounded<T>(random({20, 36}, 5, 2));
  const auto before = fixture.run(x, segments);
  for (std::int64_t t = 12; t < 20; ++t) x(t, 3) += 1;
  const auto after = fixture.run(x, segments);
  CHECK_SAME(after.rows(0, 12), before.rows(0, 12));
  CHECK(relative_error(after.rows(12, 8), before.rows(12, 8)) > 0.01);
}

TEST_CASE("VisionBlock: names of weights and of what an observer sees") {
  Fixture<float> fixture(4);
  CHECK(fixture.weights.names == std::vector<std::string>{"norm1.weight", "norm1.bias", "norm2.weight",
                                                          "norm2.bias", "attn.qkv.weight", "attn.qkv.bias",
                                                          "attn.proj.weight", "attn.proj.bias",
                                                          "mlp.linear_fc1.weight", "mlp.linear_fc1.bias",
                                                          "mlp.linear_fc2.weight", "mlp.linear_fc2.bias"});
  std::vector<std::string> seen;
  fixture.run(random({4, 36}, 1), {{0, 4, 0, 4, 0}}, [&](std::string_view name, const auto& x) {
    seen.emplace_back(name);
    CHECK(x.shape[0] == 4);
    CHECK(x.shape[1] == 36);
  });
  CHECK(seen == std::vector<std::string>{"norm1", "attn", "mlp"});
}

TEST_CASE("VisionAttention: without its number of heads, it says so") {
  Fixture<float> fixture(4);
  for (const int heads : {0, 5}) {
    fixture.block.attn.num_heads = heads;
    CHECK_REFUSES(fixture.run(random({4, 36}, 1), {{0, 4, 0, 4, 0}}),
                  "VisionAttention: num_heads does not divide the channels");
  }
}

namespace {

/// A user's own block: RMSNorm instead of LayerNorm, another activation, and patches see what came before.
struct MyVision : Qwen3Vision {
  struct Before {
    QWEN3VL_HD KeyRange visible(Segment, int query) const { return {0, query + 1}; }
  };
  struct Cube {
    QWEN3VL_HD float operator()(float x) const { return x * x * x; }
  };
  using Mask = Before;
  template <Backend B, Element T> using MLP = qwen3vl::MLP<B, T, Cube>;
};

}  // namespace

TEST_CASE("VisionBlock: a variant is a recipe with lines changed") {
  Fixture<float> fixture(9);
  VisionBlock<Cpu, float, MyVision> block;
  block.attn.num_heads = 3;
  VisionBlock<Cpu, float, MyVision>::weights(block, small(), fixture.weights);
  const auto run = [&](const Numbers<2>& x) {
    auto out = fixture.bench.copy(x);
    block.forward(fixture.bench.on, fixture.workspace, fixture.bench.copy(fixture.cosine),
                  fixture.bench.copy(fixture.sine), fixture.bench.list(std::vector<Segment>{{0, 9, 0, 9, 0}}),
                  out);
    return fixture.bench.read(out);
  };
  auto x = random({9, 36}, 5);
  const auto before = run(x);
  x(8, 0) += 1;
  const auto after = run(x);
  CHECK_SAME(after.rows(0, 8), before.rows(0, 8));
  CHECK(relative_error(after.rows(8, 1), before.rows(8, 1)) > 0.01);
}

TEST_CASE_TEMPLATE("VisionBlock: memory", T, float, bf16) {
  for (const int patches : {4, 300})
    check_memory<T>([patches](auto& bench) {
      using B = OnOf<decltype(bench)>;
      VisionConfig config;
      config.hidden_size = 288, config.intermediate_size = 700, config.num_heads = 4;  // head_dim 72
      VisionBlock<B, T> block;
      block.attn.num_heads = config.num_heads;
      RandomWeights weights(bench);
      VisionBlock<B, T>::weights(block, config, weights);
      auto x = bench.full({patches, 288}, 1);
      auto table = bench.template copy_as<float>(Numbers<2>({patches, 36}, 0.5));
      const auto segments = bench.list(std::vector<Segment>{{0, patches, 0, patches, 0}});
      return [=, &bench](Workspace<B>& workspace) {
        block.forward(bench.on, workspace, table, table, segments, x);
      };
    });
}
