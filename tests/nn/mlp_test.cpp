#include <qwen3vl/nn/mlp.hpp>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/ops/activation/gelu_erf.hpp>
#include <qwen3vl/ops/activation/gelu_tanh.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

/// A user's own activation, with a member to see that it is one.
struct LeakyReLU {
  QWEN3VL_HD float operator()(float x) const { return x > 0 ? x : 0.01f * x; }
};

template <class T, class Act> void check_equation(reference::Function act) {
  CpuBench<T> bench;
  for (const std::int64_t tokens : {0, 1, 7, 20}) {
    MLP<Cpu, T, Act> mlp;
    RandomWeights weights(bench);
    MLP<Cpu, T, Act>::weights(mlp, 33, 97, 17, weights);
    const auto x = rounded<T>(random({tokens, 33}, 9, 2));
    auto out = bench.empty({tokens, 17});
    Workspace<Cpu> workspace(bench.on, 1 << 20);
    mlp.forward(bench.on, workspace, bench.copy(x), out);
    const auto inner = rounded<T>(
        reference::linear(x, weights.matrix("linear_fc1.weight"), weights.vector("linear_fc1.bias")));
    const auto expected = reference::linear(rounded<T>(inner.map(act)), weights.matrix("linear_fc2.weight"),
                                            weights.vector("linear_fc2.bias"));
    CHECK(relative_error(bench.read(out), expected) <= block_error<T>(3, 2, 97));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("MLP agrees with its equation, whatever the activation", T, float, bf16) {
  check_equation<T, GeluTanh>(reference::gelu_tanh);
  check_equation<T, GeluErf>(reference::gelu_erf);
  check_equation<T, LeakyReLU>([](double x) { return x > 0 ? x : 0.01 * x; });
}

TEST_CASE("MLP: the weights have the checkpoint's names") {
  CpuBench<float> bench;
  MLP<Cpu, float, GeluErf> mlp;
  RandomWeights weights(bench);
  MLP<Cpu, float, GeluErf>::weights(mlp, 8, 24, 5, weights);
  CHECK(weights.names == std::vector<std::string>{"linear_fc1.weight", "linear_fc1.bias", "linear_fc2.weight",
                                                  "linear_fc2.bias"});
}

TEST_CASE_TEMPLATE("MLP: memory", T, float, bf16) {
  for (const std::int64_t tokens : {1, 8, 300})
    check_memory<T>([tokens](auto& bench) {
      using B = OnOf<decltype(bench)>;
      MLP<B, T, GeluTanh> mlp;
      RandomWeights weights(bench);
      MLP<B, T, GeluTanh>::weights(mlp, 256, 700, 130, weights);
      auto x = bench.full({tokens, 256}, 1);
      auto out = bench.empty({tokens, 130});
      return [=, &bench](Workspace<B>& workspace) { mlp.forward(bench.on, workspace, x, out); };
    });
}
