#include <qwen3vl/vision/gated_fusion.hpp>

#include <qwen3vl/cpu.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

template <class T> struct Fixture {
  CpuBench<T> bench;
  GatedFusion<Cpu, T> fusion{3};
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 20};

  Fixture() { GatedFusion<Cpu, T>::weights(fusion, 12, 17, weights); }

  struct Result {
    Numbers<2> gates, out;
  };
  Result run(const Numbers<3>& levels, const Numbers<2>* query) {
    auto gates = bench.empty({1, 3}), out = bench.empty({levels.shape[1], 17});
    View<T, 2> z;
    if (query) z = bench.copy(*query);
    fusion.forward(bench.on, workspace, bench.copy(levels), z, gates, out);
    return {bench.read(gates), bench.read(out)};
  }
  Numbers<2> layer(const Numbers<2>& x, const std::string& name) const {
    return rounded<T>(reference::linear(x, weights.matrix(name + ".weight"), weights.vector(name + ".bias")));
  }
  std::vector<Numbers<2>> aligned(const Numbers<3>& levels) const {
    std::vector<Numbers<2>> result;
    for (std::int64_t i = 0; i < 3; ++i) {
      Numbers<2> level({levels.shape[1], 12}, 0);
      for (std::int64_t t = 0; t < level.shape[0]; ++t)
        for (int c = 0; c < 12; ++c) level(t, c) = levels(i, t, c);
      result.push_back(rounded<T>(reference::layer_norm(layer(level, "align." + std::to_string(i)),
                                                        weights.vector("norm.weight"),
                                                        weights.vector("norm.bias"), 1e-5)));
    }
    return result;
  }
  Result expected(const Numbers<3>& levels, const Numbers<2>* query) const {
    const auto a = aligned(levels);
    const std::int64_t tokens = levels.shape[1];
    Numbers<2> z({1, 12}, 0);
    for (const auto& level : a)
      for (std::int64_t t = 0; t < tokens; ++t)
        for (int c = 0; c < 12; ++c) z(0, c) += level(t, c) / double(3 * tokens);
    if (query) z = *query;
    const auto scores = layer(rounded<T>(z), "gate");
    double sum = 0;
    for (int i = 0; i < 3; ++i) sum += std::exp(scores(0, i));
    Numbers<2> gates({1, 3}, 0), fused({tokens, 12}, 0);
    for (int i = 0; i < 3; ++i) gates(0, i) = round_to<T>(std::exp(scores(0, i)) / sum);
    for (int i = 0; i < 3; ++i)
      for (std::int64_t t = 0; t < tokens; ++t)
        for (int c = 0; c < 12; ++c) fused(t, c) += gates(0, i) * a[std::size_t(i)](t, c);
    return {gates, layer(rounded<T>(fused), "project")};
  }
};

}  // namespace

TEST_CASE_TEMPLATE("GatedFusion agrees with its equation, with a query and without", T, float, bf16) {
  Fixture<T> fixture;
  const auto levels = rounded<T>(random({3, 7, 12}, 5, 2));
  const auto query = rounded<T>(random({1, 12}, 6, 2));
  for (const Numbers<2>* z : {static_cast<const Numbers<2>*>(nullptr), &query}) {
    const auto got = fixture.run(levels, z), expected = fixture.expected(levels, z);
    CHECK(relative_error(got.gates, expected.gates) <= block_error<T>(4, 3, 36));
    CHECK(relative_error(got.out, expected.out) <= block_error<T>(8, 4, 36));
  }
}

TEST_CASE("GatedFusion: gates sum to 1, and a gate of 1 gives its level alone") {
  Fixture<float> fixture;
  const auto levels = random({3, 7, 12}, 5, 2);
  const auto gates = fixture.run(levels, nullptr).gates;
  CHECK(std::abs(gates(0, 0) + gates(0, 1) + gates(0, 2) - 1) <= 1e-6);
  fixture.fusion.gate.bias = fixture.bench.copy(Numbers<1>({3}, {0, 1000, 0}));
  const auto got = fixture.run(levels, nullptr);
  CHECK_SAME(got.gates, Numbers<2>({1, 3}, {0, 1, 0}));
  CHECK(relative_error(got.out, fixture.layer(fixture.aligned(levels)[1], "project")) <=
        block_error<float>(4, 3, 36));
}

TEST_CASE("GatedFusion: the names of its weights, and what it refuses") {
  Fixture<float> fixture;
  CHECK(fixture.weights.names == std::vector<std::string>{"align.0.weight", "align.0.bias", "align.1.weight",
                                                          "align.1.bias", "align.2.weight", "align.2.bias",
                                                          "norm.weight", "norm.bias", "gate.weight",
                                                          "gate.bias", "project.weight", "project.bias"});
  CHECK_REFUSES(fixture.run(random({2, 7, 12}, 1), nullptr), "levels is [2, 7, 12], should be [3, 7, 12]");
}

TEST_CASE_TEMPLATE("GatedFusion: memory", T, float, bf16) {
  check_memory<T>([](auto& bench) {
    using B = OnOf<decltype(bench)>;
    GatedFusion<B, T> fusion(3);
    RandomWeights weights(bench);
    GatedFusion<B, T>::weights(fusion, 96, 130, weights);
    auto levels = bench.full({3, 300, 96}, 1);
    auto gates = bench.empty({1, 3}), out = bench.empty({300, 130});
    return [=, &bench](Workspace<B>& workspace) {
      fusion.forward(bench.on, workspace, levels, View<T, 2, typename B::Space>(), gates, out);
    };
  });
}
