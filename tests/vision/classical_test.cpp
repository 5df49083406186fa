#include <qwen3vl/vision/classical.hpp>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/vision/vision_config.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("Classical: post-norm, ReLU, nothing rotates", T, float, bf16) {
  CpuBench<T> bench;
  VisionConfig config;
  config.hidden_size = 36, config.intermediate_size = 70, config.num_heads = 3;
  VisionBlock<Cpu, T, Classical> block;
  block.attn.num_heads = 3;
  RandomWeights weights(bench);
  VisionBlock<Cpu, T, Classical>::weights(block, config, weights);
  Workspace<Cpu> workspace(bench.on, 1 << 22);
  const auto x = rounded<T>(random({9, 36}, 5, 2));
  const std::vector<Segment> segments{{0, 5, 0, 5}, {5, 4, 5, 4}};
  auto out = bench.copy(x);
  const View<float, 2> no_table;
  block.forward(bench.on, workspace, no_table, no_table, bench.list(segments), out);

  const auto layer = [&](const Numbers<2>& x, const std::string& name) {
    return rounded<T>(reference::linear(x, weights.matrix(name + ".weight"), weights.vector(name + ".bias")));
  };
  const auto norm = [&](const Numbers<2>& x, const std::string& name) {
    return rounded<T>(
        reference::layer_norm(x, weights.vector(name + ".weight"), weights.vector(name + ".bias"), 1e-6));
  };
  const auto heads = [&](const Numbers<2>& fused, int which) {
    Numbers<3> part({9, 3, 12}, 0);
    for (int t = 0; t < 9; ++t)
      for (int h = 0; h < 3; ++h)
        for (int c = 0; c < 12; ++c) part(t, h, c) = fused(t, which * 36 + h * 12 + c);
    return part;
  };
  const auto fused = layer(x, "attn.qkv");
  const auto mixed = rounded<T>(reference::attend(reference::full, segments, heads(fused, 0), heads(fused, 1),
                                                  heads(fused, 2), 1 / std::sqrt(12.0)));
  const auto once =
      norm(rounded<T>(reference::add(x, layer(reshaped(mixed, {9, 36}), "attn.proj"))), "norm1");
  const auto inner = rounded<T>(layer(once, "mlp.linear_fc1").map(reference::relu));
  const auto expected = norm(rounded<T>(reference::add(once, layer(inner, "mlp.linear_fc2"))), "norm2");
  CHECK(relative_error(bench.read(out), expected) <= block_error<T>(12, 6, 70));
}
