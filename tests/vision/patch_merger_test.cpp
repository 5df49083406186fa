#include <qwen3vl/vision/patch_merger.hpp>

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
  config.hidden_size = 12, config.out_hidden_size = 17, config.spatial_merge_size = 2;
  return config;
}

template <class T, MergerNorm Where> struct Fixture {
  CpuBench<T> bench;
  PatchMerger<Cpu, T, Where> merger;
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 20};

  Fixture() { PatchMerger<Cpu, T, Where>::weights(merger, small(), weights); }

  Numbers<2> run(const Numbers<2>& x) {
    auto out = bench.empty({x.shape[0] / 4, 17});
    merger.forward(bench.on, workspace, bench.copy(x), out);
    return bench.read(out);
  }
  Numbers<2> expected(const Numbers<2>& x) {
    const std::int64_t tokens = x.shape[0] / 4;
    const auto norm = [&](const Numbers<2>& x) {
      return rounded<T>(
          reference::layer_norm(x, weights.vector("norm.weight"), weights.vector("norm.bias"), 1e-6));
    };
    const auto joined = Where == MergerNorm::before_joining ? reshaped(norm(x), {tokens, 48})
                                                            : norm(reshaped(x, {tokens, 48}));
    const auto inner = rounded<T>(
        reference::linear(joined, weights.matrix("linear_fc1.weight"), weights.vector("linear_fc1.bias")));
    return reference::linear(rounded<T>(inner.map(reference::gelu_erf)), weights.matrix("linear_fc2.weight"),
                             weights.vector("linear_fc2.bias"));
  }
};
template <class T> using Main = Fixture<T, MergerNorm::before_joining>;
template <class T> using DeepStackMerger = Fixture<T, MergerNorm::after_joining>;

}  // namespace

TEST_CASE_TEMPLATE("PatchMerger agrees with its equation, the norm before and after joining", T, float,
                   bf16) {
  for (const std::int64_t patches : {0, 4, 36, 60}) {
    const auto x = rounded<T>(random({patches, 12}, 5, 2));
    const double close = block_error<T>(4, 2, 48);
    Main<T> main;
    CHECK(relative_error(main.run(x), main.expected(x)) <= close);
    DeepStackMerger<T> deepstack;
    CHECK(relative_error(deepstack.run(x), deepstack.expected(x)) <= close);
  }
}

TEST_CASE("PatchMerger: four patches make one token, and no other") {
  Main<float> main;
  auto x = random({12, 12}, 5, 2);
  const auto before = main.run(x);
  x(7, 3) += 1;  // patch 7 belongs to token 1
  const auto after = main.run(x);
  CHECK_SAME(after.rows(0, 1), before.rows(0, 1));
  CHECK_SAME(after.rows(2, 1), before.rows(2, 1));
  CHECK(relative_error(after.rows(1, 1), before.rows(1, 1)) > 1e-3);
}

TEST_CASE("PatchMerger: the norm's weight tells which is which") {
  Main<float> main;
  CHECK(main.merger.norm.weight.shape[0] == 12);
  DeepStackMerger<float> deepstack;
  CHECK(deepstack.merger.norm.weight.shape[0] == 48);
  CHECK(deepstack.weights.names == std::vector<std::string>{"norm.weight", "norm.bias", "linear_fc1.weight",
                                                            "linear_fc1.bias", "linear_fc2.weight",
                                                            "linear_fc2.bias"});
}

TEST_CASE("PatchMerger refuses patches that do not join") {
  Main<float> main;
  DeepStackMerger<float> deepstack;
  CHECK_REFUSES(main.run(random({5, 12}, 1)), "PatchMerger: the patches do not join to whole tokens");
  CHECK_REFUSES(deepstack.run(random({6, 12}, 1)), "PatchMerger: the patches do not join to whole tokens");
  CHECK_REFUSES(deepstack.run(random({4, 11}, 1)), "PatchMerger: the patches do not join to whole tokens");
  auto out = main.bench.empty({1, 17});
  const auto gaps = main.bench.copy_with_gaps(random({4, 12}, 1));
  CHECK_REFUSES(main.merger.forward(main.bench.on, main.workspace, gaps, out), "x has gaps between its rows");
  CHECK_REFUSES(main.merger.forward(main.bench.on, main.workspace, main.bench.full({8, 12}, 1), out),
                "out is [1, 17], should be [2, 17]");
}

TEST_CASE_TEMPLATE("PatchMerger: memory", T, float, bf16) {
  const auto prepare = []<MergerNorm Where>(std::integral_constant<MergerNorm, Where>) {
    return [](auto& bench) {
      using B = OnOf<decltype(bench)>;
      VisionConfig config;
      config.hidden_size = 96, config.out_hidden_size = 130;
      PatchMerger<B, T, Where> merger;
      RandomWeights weights(bench);
      PatchMerger<B, T, Where>::weights(merger, config, weights);
      auto x = bench.full({1200, 96}, 1), out = bench.empty({300, 130});
      return [=, &bench](Workspace<B>& workspace) { merger.forward(bench.on, workspace, x, out); };
    };
  };
  check_memory<T>(prepare(std::integral_constant<MergerNorm, MergerNorm::before_joining>{}));
  check_memory<T>(prepare(std::integral_constant<MergerNorm, MergerNorm::after_joining>{}));
}
