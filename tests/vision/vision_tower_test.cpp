#include <qwen3vl/vision/vision_tower.hpp>

#include <qwen3vl/cpu.hpp>

#include "../support/memory.hpp"
#include "../support/reference.hpp"
#include "../support/weights.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

VisionConfig small() {
  VisionConfig config;
  config.hidden_size = 36, config.intermediate_size = 70, config.num_heads = 3;  // head_dim 12
  config.out_hidden_size = 20, config.depth = 4, config.patch_size = 2;          // 3 · 2 · 2 · 2 numbers
  config.num_position_embeddings = 49, config.deepstack_visual_indexes = {0, 2};
  return config;
}

struct Seen {
  Numbers<2> merged;
  Numbers<3> deepstack;
};

template <class T, class Recipe = Qwen3Vision> struct Fixture {
  CpuBench<T> bench;
  VisionConfig config;
  VisionTower<Cpu, T, Recipe> tower{config};
  RandomWeights<CpuBench<T>> weights{bench};
  Workspace<Cpu> workspace{bench.on, 1 << 24};

  explicit Fixture(const VisionConfig& of = small()) : config(of) {
    VisionTower<Cpu, T, Recipe>::weights(tower, config, weights);
  }

  template <class Observer = Unobserved>
  Seen run(const Numbers<2>& pixels, const std::vector<Grid>& grids, Observer observe = {}) {
    const std::int64_t tokens = pixels.shape[0] / 4;
    VisualFeatures<Cpu, T> seen;
    seen.merged = bench.empty({tokens, 20});
    seen.deepstack = bench.empty({2, tokens, 20});
    tower.forward(bench.on, workspace, bench.copy(pixels), bench.list(grids), seen, observe);
    return {bench.read(seen.merged), bench.read(seen.deepstack)};
  }
};

/// Patches begin … of `pixels` with those of `other` behind.
Numbers<2> joined(const Numbers<2>& pixels, const Numbers<2>& other) {
  Numbers<2> all({pixels.shape[0] + other.shape[0], pixels.shape[1]});
  std::copy(other.values.begin(), other.values.end(),
            std::copy(pixels.values.begin(), pixels.values.end(), all.values.begin()));
  return all;
}
Numbers<2> level(const Seen& seen, std::int64_t k) {
  return reshaped(seen.deepstack.rows(k, 1), {seen.deepstack.shape[1], 20});
}

/// Few patches and many are added up in another order: four blocks of six sums and twelve roundings.
template <class T> const double near = drift<T>(4 * 12, 4 * 6, 70);

}  // namespace

TEST_CASE_TEMPLATE("VisionTower: two frames in one call equal two separate calls", T, float, bf16) {
  Fixture<T> fixture;
  const auto first = random({24, 24}, 1), second = random({24, 24}, 2);
  const auto video = fixture.run(joined(first, second), {{2, 4, 6}});
  const auto one = fixture.run(first, {{1, 4, 6}}), two = fixture.run(second, {{1, 4, 6}});
  CHECK(relative_error(video.merged.rows(0, 6), one.merged) <= near<T>);
  CHECK(relative_error(video.merged.rows(6, 6), two.merged) <= near<T>);
  for (int k = 0; k < 2; ++k) {
    CHECK(relative_error(level(video, k).rows(0, 6), level(one, k)) <= near<T>);
    CHECK(relative_error(level(video, k).rows(6, 6), level(two, k)) <= near<T>);
  }
  CHECK(relative_error(one.merged, two.merged) > 0.1);
}

TEST_CASE_TEMPLATE("VisionTower: images in another order give the same features in that order", T, float,
                   bf16) {
  Fixture<T> fixture;
  const auto wide = random({24, 24}, 1), tall = random({16, 24}, 2);
  const auto one_way = fixture.run(joined(wide, tall), {{1, 4, 6}, {1, 8, 2}});
  const auto other_way = fixture.run(joined(tall, wide), {{1, 8, 2}, {1, 4, 6}});
  CHECK(relative_error(other_way.merged.rows(4, 6), one_way.merged.rows(0, 6)) <= near<T>);
  CHECK(relative_error(other_way.merged.rows(0, 4), one_way.merged.rows(6, 4)) <= near<T>);
}

TEST_CASE("VisionTower: images do not see each other") {
  Fixture<float> fixture;
  auto pixels = random({40, 24}, 1);
  const std::vector<Grid> grids{{1, 4, 6}, {1, 8, 2}};
  const auto before = fixture.run(pixels, grids);
  pixels(30, 5) += 1;
  const auto after = fixture.run(pixels, grids);
  CHECK_SAME(after.merged.rows(0, 6), before.merged.rows(0, 6));
  CHECK(relative_error(after.merged.rows(6, 4), before.merged.rows(6, 4)) > 1e-3);
}

TEST_CASE("VisionTower: where a patch stands matters, by the table and by RoPE") {
  Fixture<float> fixture;
  const Numbers<2> gray({24, 24}, 0.3);  // every patch alike
  const auto seen = fixture.run(gray, {{1, 4, 6}});
  CHECK(relative_error(seen.merged.rows(0, 1), seen.merged.rows(5, 1)) > 0.01);
  const auto turned = fixture.run(gray, {{1, 6, 4}});
  CHECK(relative_error(turned.merged.rows(1, 1), seen.merged.rows(1, 1)) > 0.001);
}

TEST_CASE("VisionTower: a tap is a block's output through its merger, and leaves the stream as it is") {
  Fixture<float> fixture;
  const auto pixels = random({24, 24}, 1);
  Numbers<2> blocks[4];
  const auto seen = fixture.run(pixels, {{1, 4, 6}}, [&](std::string_view name, const auto& x) {
    if constexpr (std::remove_cvref_t<decltype(x)>::rank == 2)
      if (name.size() == 8 && name.starts_with("blocks."))
        blocks[name[7] - '0'] = fixture.bench.read(View<const float, 2>(x));
  });
  const auto check = [&](const auto& merger, const Numbers<2>& from, const Numbers<2>& expected) {
    auto out = fixture.bench.empty({6, 20});
    merger.forward(fixture.bench.on, fixture.workspace, fixture.bench.copy(from), out);
    CHECK_SAME(fixture.bench.read(out), expected);
  };
  check(fixture.tower.fusion.deepstack_merger_list[0], blocks[0],
        level(seen, 0));  // merger k is list entry k,
  check(fixture.tower.fusion.deepstack_merger_list[1], blocks[2], level(seen, 1));  // not block k
  check(fixture.tower.merger, blocks[3], seen.merged);

  fixture.tower.deepstack_visual_indexes = {};
  CHECK_SAME(fixture.run(pixels, {{1, 4, 6}}).merged, seen.merged);
}

TEST_CASE("VisionTower: what an observer sees, in forward order") {
  Fixture<float> fixture;
  std::vector<std::string> names;
  fixture.run(random({24, 24}, 1), {{1, 4, 6}},
              [&](std::string_view name, const auto&) { names.emplace_back(name); });
  CHECK(names == std::vector<std::string>{"patch_embed",
                                          "rotary_pos_emb.cos",
                                          "rotary_pos_emb.sin",
                                          "blocks.0.norm1",
                                          "blocks.0.attn",
                                          "blocks.0.mlp",
                                          "blocks.0",
                                          "deepstack_merger_list.0",
                                          "blocks.1.norm1",
                                          "blocks.1.attn",
                                          "blocks.1.mlp",
                                          "blocks.1",
                                          "blocks.2.norm1",
                                          "blocks.2.attn",
                                          "blocks.2.mlp",
                                          "blocks.2",
                                          "deepstack_merger_list.1",
                                          "blocks.3.norm1",
                                          "blocks.3.attn",
                                          "blocks.3.mlp",
                                          "blocks.3",
                                          "merger"});
}

TEST_CASE("VisionTower: the weights have the checkpoint's names") {
  const auto names = Fixture<float>().weights.names;
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  CHECK(names.size() == 3 + 4 * 12 + 6 + 2 * 6);
  CHECK(has("patch_embed.proj.weight"));
  CHECK(has("patch_embed.proj.bias"));
  CHECK(has("pos_embed.weight"));
  CHECK(has("blocks.3.attn.qkv.bias"));
  CHECK(has("merger.norm.weight"));
  CHECK(has("merger.linear_fc1.weight"));
  CHECK(has("deepstack_merger_list.1.linear_fc2.bias"));
}

TEST_CASE("VisionTower refuses grids that are not the patches'") {
  Fixture<float> fixture;
  const auto pixels = random({24, 24}, 1);
  const char* const message = "VisionTower: the grids hold";
  CHECK_REFUSES(fixture.run(pixels, {{1, 4, 4}}), message);
  CHECK_REFUSES(fixture.run(pixels, {{1, 4, 8}}), message);
  CHECK_REFUSES(fixture.run(pixels, {{2, 4, 6}}), message);
  CHECK_REFUSES(fixture.run(pixels, {}), message);
  CHECK_REFUSES(fixture.run(pixels, {{1, -4, -6}}), message);
  CHECK_REFUSES(fixture.run(pixels, {{1, 0, 6}}), message);
  const int most = std::numeric_limits<int>::max();
  CHECK_THROWS_AS(fixture.run(pixels, {{most, most, most}}), Error);
  CHECK_THROWS_AS(fixture.run(pixels, {{1, most, most}}), Error);
  CHECK_THROWS_AS(fixture.run(pixels, {{-1, 4, 6}}), Error);
  CHECK_REFUSES(fixture.run(pixels, {{1, 3, 8}}), "no multiple of spatial_merge_size");
  CHECK_REFUSES(fixture.run(random({24, 23}, 1), {{1, 4, 6}}), "weight is [36, 24], should be [36, 23]");
}

TEST_CASE("VisionTower refuses features with too little room") {
  Fixture<float> fixture;
  VisualFeatures<Cpu, float> seen;
  const auto attempt = [&](std::int64_t levels, std::int64_t tokens) {
    seen.merged = fixture.bench.empty({tokens, 20});
    seen.deepstack = fixture.bench.empty({levels, tokens, 20});
    fixture.tower.forward(fixture.bench.on, fixture.workspace, fixture.bench.full({24, 24}, 1),
                          fixture.bench.list(std::vector<Grid>{{1, 4, 6}}), seen);
  };
  CHECK_REFUSES(attempt(1, 6), "seen.deepstack has fewer levels than the tower has taps");
  CHECK_REFUSES(attempt(2, 5), "out is [5, 20], should be [6, 20]");
}

namespace {

/// A tower without learned positions, as Qwen2-VL's, and with a RoPE of the user's own.
struct Bare : Qwen3Vision {
  struct NoRotation {
    int head_dim;
    QWEN3VL_HD int pairs() const { return head_dim / 2; }
    QWEN3VL_HD float angle(Position, int) const { return 0; }
  };
  using RoPE = NoRotation;
  static constexpr bool learned_positions = false, patch_bias = false;
};

}  // namespace

TEST_CASE("VisionTower: a variant is a recipe with lines changed") {
  Fixture<float, Bare> fixture;
  CHECK(fixture.weights.names.size() == 1 + 4 * 12 + 6 + 2 * 6);
  // without positions of any kind, equal patches stay equal
  const auto seen = fixture.run(Numbers<2>({24, 24}, 0.3), {{1, 4, 6}});
  CHECK(relative_error(seen.merged.rows(0, 1), seen.merged.rows(5, 1)) <= 1e-6);
}

namespace {

struct InWindows : Qwen3Vision {
  static constexpr bool windowed = true;
};

}  // namespace

TEST_CASE(
    "VisionTower: window by window, what comes out is in the order of the image, DeepStack's levels too") {
  VisionConfig config = small();
  config.window_size = 8,
  config.fullatt_block_indexes = {0, 1, 2, 3};  // 2 x 2 cells, but every block sees the frame
  Fixture<float, InWindows> in_windows(config);
  Fixture<float> as_one;
  const auto pixels = random({48 + 24, 24}, 1);
  const std::vector<Grid> grids{{1, 8, 6}, {1, 4, 6}};  // 4 x 3 and 2 x 3 cells
  const auto got = in_windows.run(pixels, grids), expected = as_one.run(pixels, grids);
  CHECK(relative_error(got.merged, expected.merged) <= near<float>);
  for (int k = 0; k < 2; ++k) CHECK(relative_error(level(got, k), level(expected, k)) <= near<float>);
}

TEST_CASE("VisionTower refuses a window that is smaller than a token") {
  VisionConfig config = small();
  config.window_size = 2;
  CHECK_REFUSES((VisionTower<Cpu, float, InWindows>(config)), "a window has no cells");
}

TEST_CASE("VisionTower: the team's size changes no bit") {
  check_same_on_any_team<bf16>([](auto& bench) {
    VisionTower<Cpu, bf16> tower(small());
    RandomWeights weights(bench);
    VisionTower<Cpu, bf16>::weights(tower, small(), weights);
    Workspace<Cpu> workspace(bench.on, 1 << 24);
    VisualFeatures<Cpu, bf16> seen;
    seen.merged = bench.empty({50, 20});
    seen.deepstack = bench.empty({2, 50, 20});
    tower.forward(bench.on, workspace, bench.copy(random({200, 24}, 1)),
                  bench.list(std::vector<Grid>{{2, 10, 10}}), seen);
    return bench.read(seen.merged);
  });
}

TEST_CASE_TEMPLATE("VisionTower: memory", T, float, bf16) {
  check_memory<T>([](auto& bench) {
    using B = OnOf<decltype(bench)>;
    VisionConfig config = small();
    config.hidden_size = 288, config.intermediate_size = 700, config.num_heads = 4;
    VisionTower<B, T> tower(config);
    RandomWeights weights(bench);
    VisionTower<B, T>::weights(tower, config, weights);
    auto pixels = bench.full({300, 24}, 0.5);
    static const std::vector<Grid> grids{{1, 10, 10}, {2, 10, 10}};
    const View<const Grid, 1> on_the_host(grids.data(), {2});
    VisualFeatures<B, T> seen;
    seen.merged = bench.empty({75, 20});
    seen.deepstack = bench.empty({2, 75, 20});
    return [=, &bench](Workspace<B>& workspace) {
      tower.forward(bench.on, workspace, pixels, on_the_host, seen);
    };
  });
}
