#include <qwen3vl/vision/fusion.hpp>

#include <algorithm>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/model/model_config.hpp>
#include <qwen3vl/model/qwen3_vl.hpp>
#include <qwen3vl/model/sizes.hpp>
#include <qwen3vl/vision/vision_tower.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

/// The one changed line.
struct Gated : Qwen3Vision {
  template <Backend B, Element T, class Recipe> using Fusion = GatedLevels<B, T, Recipe>;
};

VisionConfig small() {
  VisionConfig config;
  config.hidden_size = 36, config.intermediate_size = 70, config.num_heads = 3;
  config.out_hidden_size = 20, config.depth = 4, config.patch_size = 2;
  config.num_position_embeddings = 49, config.deepstack_visual_indexes = {0, 2};
  return config;
}

using Tower = VisionTower<Cpu, float, Gated>;

struct Fixture {
  CpuBench<float> bench;
  VisionConfig config = small();
  Tower tower{config};
  RandomWeights<CpuBench<float>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 24};

  Fixture() { Tower::weights(tower, config, weights); }
};

}  // namespace

TEST_CASE("GatedLevels: the tapped blocks, gated and summed, go into the merger in place of the last block") {
  Fixture fixture;
  CpuBench<float>& bench = fixture.bench;
  const auto pixels = random({24, 24}, 1);
  Numbers<2> blocks[4];
  VisualFeatures<Cpu, float> seen;
  seen.merged = bench.empty({6, 20});
  fixture.tower.forward(bench.on, fixture.workspace, bench.copy(pixels),
                        bench.list(std::vector<Grid>{{1, 4, 6}}), seen,
                        [&](std::string_view name, const auto& x) {
                          if constexpr (std::remove_cvref_t<decltype(x)>::rank == 2)
                            if (name.size() == 8 && name.starts_with("blocks."))
                              blocks[name[7] - '0'] = bench.read(View<const float, 2>(x));
                        });

  Numbers<3> levels({2, 24, 36});
  std::copy(blocks[2].values.begin(), blocks[2].values.end(),
            std::copy(blocks[0].values.begin(), blocks[0].values.end(), levels.values.begin()));
  auto gates = bench.empty({1, 2}), fused = bench.empty({24, 36}), merged = bench.empty({6, 20});
  fixture.tower.fusion.gated_fusion.forward(bench.on, fixture.workspace, bench.copy(levels), {}, gates,
                                            fused);
  fixture.tower.merger.forward(bench.on, fixture.workspace, fused, merged);
  CHECK_SAME(bench.read(merged), bench.read(seen.merged));
}

TEST_CASE("GatedLevels: nothing is left for the decoder's layers, and its weights have names") {
  Qwen3VLConfig config;
  config.vision_config = small();
  config.text_config.hidden_size = 20;
  CHECK(deepstack_levels<Qwen3VL<Cpu, float, Qwen3, Gated>>(config) == 0);
  CHECK(deepstack_levels<Qwen3VL<Cpu, float>>(config) == 2);

  const std::vector<std::string> names = Fixture().weights.names;
  for (const char* name :
       {"gated_fusion.align.0.weight", "gated_fusion.align.1.bias", "gated_fusion.norm.weight",
        "gated_fusion.gate.weight", "gated_fusion.project.bias"})
    CHECK(std::count(names.begin(), names.end(), name) == 1);
}

TEST_CASE("GatedLevels: refuses a tower without taps") {
  VisionConfig config = small();
  config.deepstack_visual_indexes.clear();
  CHECK_THROWS_AS(Tower{config}, Error);
}
