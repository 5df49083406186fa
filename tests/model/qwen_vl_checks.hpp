#pragma once

/// The first Qwen-VL, block by block, against a double-precision reference written from the formulas:
/// tests/golden/qwen_vl/make.py. On any backend.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/models.hpp>

#include "../support/bench.hpp"
#include "../support/close.hpp"

namespace qwen3vl::test {

inline Qwen3VLConfig qwen_vl_golden_config() {
  Qwen3VLConfig config;
  config.generation = Generation::qwen_vl;
  TextConfig& text = config.text_config;
  text.hidden_size = 32, text.intermediate_size = 24, text.num_hidden_layers = 2;
  text.num_attention_heads = text.num_key_value_heads = 4, text.head_dim = 8, text.vocab_size = 50;
  text.tie_word_embeddings = false, text.rope_theta = 1e4,
  text.rope_scaling.original_max_position_embeddings = 16;
  VisionConfig& vision = config.vision_config;
  vision.hidden_size = 24, vision.intermediate_size = 40, vision.depth = 2, vision.num_heads = 3,
  vision.patch_size = 4, vision.temporal_patch_size = 1;
  vision.out_hidden_size = 32, vision.resampler_heads = 4, vision.num_queries = 16,
  vision.num_position_embeddings = 16;
  vision.deepstack_visual_indexes.clear();
  return config;
}

/// The golden model on a bench, its inputs, and what it should compute.
template <class Bench, class Model = QwenVL<typename Bench::On, float>> class QwenVLCase {
 public:
  using B = typename Bench::On;
  using Space = typename B::Space;

  explicit QwenVLCase(Bench& bench)
      : bench_(bench),
        config_(qwen_vl_golden_config()),
        checkpoint_(folder() + "/checkpoint"),
        loaded_(load<Model>(bench.on, checkpoint_, config_)),
        inputs_(folder() + "/inputs.safetensors"),
        expected_(folder() + "/expected.safetensors"),
        workspace_(bench.on, 1 << 22),
        seen_{bench.empty({32, 32}), {}} {}

  static std::string folder() { return std::string(QWEN3VL_GOLDEN) + "/qwen_vl"; }

  void check_tower() {
    CHECK(loaded_.unused.empty());
    int compared = 0;
    see([&](std::string_view name, const auto& x) {
      const std::string full(name.substr(6));  // behind "model."
      if (!expected_.find(full)) return;
      check(full, bench_.read(x).values);
      ++compared;
    });
    CHECK(compared == 3);
    check("visual", bench_.read(first().merged).values);
  }

  /// Two pictures in one pass: each as if it were alone.
  void check_pictures_apart() {
    const auto pixels = pixel_values();
    Numbers<2> turned = pixels;
    std::reverse(turned.values.begin(), turned.values.end());
    Numbers<2> both({2 * pixels.shape[0], pixels.shape[1]}, pixels.values);
    both.values.insert(both.values.end(), turned.values.begin(), turned.values.end());
    const Grid grids[] = {{1, 8, 8}, {1, 8, 8}};
    loaded_.model.see(bench_.on, workspace_, bench_.copy(both), View<const Grid, 1>(grids, {2}), seen_);
    const auto together = bench_.read(seen_.merged);
    for (const auto& [one, rows] :
         {std::pair{pixels, together.rows(0, 16)}, {turned, together.rows(16, 16)}}) {
      loaded_.model.see(bench_.on, workspace_, bench_.copy(one), View<const Grid, 1>(grids, {1}), first());
      CHECK(relative_error(bench_.read(first().merged), rows) <= 1e-6);
    }
    const Grid narrow[] = {{1, 4, 16}, {1, 8, 4}};
    const auto see_narrow = [&](int which) {
      loaded_.model.see(bench_.on, workspace_, bench_.copy(pixels), View<const Grid, 1>(narrow + which, {1}),
                        first());
    };
    CHECK_THROWS_WITH_AS(see_narrow(0), doctest::Contains("an image is no square"), Error);
    CHECK_THROWS_WITH_AS(see_narrow(1), doctest::Contains("an image is no square"), Error);
  }

  void check_decoder() {
    check("short.logits", read("short"));
    check("long.logits", read("long"));
    see(Unobserved{});
    check("image.logits", read("image", 3));
  }

 private:
  void check(const std::string& name, const std::vector<double>& got) {
    CAPTURE(name);
    const auto wanted = expected_.at(name).template flat<float>();
    REQUIRE(got.size() == wanted.size());
    const std::int64_t size = static_cast<std::int64_t>(got.size());
    CHECK(relative_error(Numbers<1>({size}, got),
                         Numbers<1>({size}, std::vector<double>(wanted.begin(), wanted.end()))) <= 1e-5);
  }

  template <class Observer> void see(Observer observe) {
    const Grid grid{1, 8, 8};
    loaded_.model.see(bench_.on, workspace_, bench_.copy(pixel_values()), View<const Grid, 1>(&grid, {1}),
                      first(), observe);
  }
  Numbers<2> pixel_values() const {
    const auto pixels = inputs_.at("pixel_values").template view<float, 2>();
    return Numbers<2>({pixels.shape[0], pixels.shape[1]},
                      std::vector<double>(pixels.data, pixels.data + pixels.size()));
  }
  /// The rows of one picture.
  VisualFeatures<B, float> first() const { return seen_.rows(0, 16); }

  /// Logits of all tokens; 16 tokens from `image` on are the picture's.
  std::vector<double> read(const std::string& name, int image = -1) {
    std::vector<int> ids, visual, wanted;
    std::vector<Position> positions;
    for (const std::int64_t id : inputs_.at(name + ".ids").template flat<std::int64_t>()) {
      const int t = static_cast<int>(ids.size());
      visual.push_back(image >= 0 && t >= image && t < image + 16 ? t - image : -1);
      ids.push_back(static_cast<int>(id)), wanted.push_back(t), positions.push_back({t, t, t});
    }
    const auto tokens = static_cast<std::int64_t>(ids.size());
    if (image < 0) visual.clear();
    Step<B> step;
    step.ids = bench_.list(ids), step.positions = bench_.list(positions), step.visual = bench_.list(visual);
    step.segments =
        bench_.list(std::vector<Segment>{{0, static_cast<int>(tokens), 0, static_cast<int>(tokens), 0}});
    step.wanted = bench_.list(wanted);
    step.length = tokens;
    KVCache<B, float> cache(bench_.on, 2, 4, 8, 1, tokens);
    const auto logits = bench_.empty({tokens, 50});
    loaded_.model.forward(bench_.on, workspace_, step, first(), cache, logits);
    return bench_.read(logits).values;
  }

  Bench& bench_;
  Qwen3VLConfig config_;
  Checkpoint checkpoint_;
  Loaded<Model> loaded_;
  SafetensorsFile inputs_, expected_;
  Workspace<B> workspace_;
  VisualFeatures<B, float> seen_;
};

}  // namespace qwen3vl::test
