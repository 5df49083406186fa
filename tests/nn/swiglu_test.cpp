#include <qwen3vl/nn/swiglu.hpp>

#include <qwen3vl/cpu.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("SwiGLU agrees with its equation", T, float, bf16) {
  CpuBench<T> bench;
  for (const bool biased : {false, true})
    for (const std::int64_t tokens : {0, 1, 7, 20}) {
      SwiGLU<Cpu, T> mlp;
      RandomWeights weights(bench);
      SwiGLU<Cpu, T>::weights(mlp, 33, 97, biased, weights);
      const auto x = rounded<T>(random({tokens, 33}, 9, 2));
      auto out = bench.empty({tokens, 33});
      Workspace<Cpu> workspace(bench.on, 1 << 20);
      mlp.forward(bench.on, workspace, bench.copy(x), out);

      const auto projected = [&](const Numbers<2>& x, const std::string& name) {
        return rounded<T>(reference::linear(x, weights.matrix(name + ".weight"),
                                            biased ? weights.vector(name + ".bias") : Numbers<1>{}));
      };
      const auto inner = rounded<T>(
          reference::gated(projected(x, "gate_proj"), projected(x, "up_proj"), reference::silu, round_to<T>));
      const auto expected = projected(inner, "down_proj");
      CHECK(relative_error(bench.read(out), expected) <= block_error<T>(5, 2, 97));
    }
}

TEST_CASE("SwiGLU: the weights have the checkpoint's names") {
  CpuBench<float> bench;
  SwiGLU<Cpu, float> mlp;
  RandomWeights weights(bench);
  SwiGLU<Cpu, float>::weights(mlp, 8, 24, false, weights);
  CHECK(weights.names == std::vector<std::string>{"gate_proj.weight", "up_proj.weight", "down_proj.weight"});
  CHECK(mlp.gate_proj.out() == 24);
  CHECK(mlp.down_proj.in() == 24);
}

TEST_CASE_TEMPLATE("SwiGLU: memory", T, float, bf16) {
  for (const std::int64_t tokens : {1, 8, 300})
    check_memory<T>([tokens](auto& bench) {
      using B = OnOf<decltype(bench)>;
      SwiGLU<B, T> mlp;
      RandomWeights weights(bench);
      SwiGLU<B, T>::weights(mlp, 256, 700, false, weights);
      auto x = bench.full({tokens, 256}, 1);
      auto out = bench.empty({tokens, 256});
      return [=, &bench](Workspace<B>& workspace) { mlp.forward(bench.on, workspace, x, out); };
    });
}
