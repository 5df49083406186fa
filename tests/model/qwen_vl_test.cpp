/// The first Qwen-VL, block by block, against a double-precision reference written from the formulas:
/// tests/golden/qwen_vl/make.py.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/models.hpp>

using namespace qwen3vl;

namespace {

const std::string folder = std::string(QWEN3VL_GOLDEN) + "/qwen_vl";

double distance(const float* a, const float* b, std::size_t n) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < n; ++i)
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]), norm += double(b[i]) * b[i];
  return std::sqrt(difference / norm);
}

TextConfig decoder_config() {
  TextConfig config;
  config.hidden_size = 32, config.intermediate_size = 24, config.num_hidden_layers = 2;
  config.num_attention_heads = config.num_key_value_heads = 4, config.head_dim = 8, config.vocab_size = 50;
  config.tie_word_embeddings = false, config.rope_theta = 1e4,
  config.rope_scaling.original_max_position_embeddings = 16;
  return config;
}
QwenVLConfig golden_config() {
  QwenVLConfig config{decoder_config(), {}};
  QwenVLVisionConfig& vision = config.vision_config;
  vision.hidden_size = 24, vision.intermediate_size = 40, vision.depth = 2, vision.num_heads = 3,
  vision.patch_size = 4;
  vision.output_dim = 32, vision.resampler_heads = 4, vision.n_queries = 16, vision.position_rows = 16;
  return config;
}

/// The golden model, its inputs, and what it should compute.
struct Golden {
  Cpu cpu{2};
  QwenVLConfig config = golden_config();
  Checkpoint checkpoint{folder + "/checkpoint"};
  Loaded<QwenVL<Cpu, float>> loaded = load<QwenVL<Cpu, float>>(cpu, checkpoint, config);
  SafetensorsFile inputs{folder + "/inputs.safetensors"}, expected{folder + "/expected.safetensors"};
  Workspace<Cpu> workspace{cpu, 1 << 22};
  std::vector<float> features = std::vector<float>(16 * 32);
  VisualFeatures<Cpu, float> seen{View<float, 2>(features.data(), {16, 32}), {}};

  template <class Observer = Unobserved> void see(Observer observe = {}) {
    const Grid grid{1, 8, 8};
    loaded.model.see(cpu, workspace, inputs.at("pixel_values").view<float, 2>(),
                     View<const Grid, 1>(&grid, {1}), seen, observe);
  }
  /// Logits of all tokens; 16 tokens from `image` on are the picture's.
  std::vector<float> read(const std::string& name, int image = -1) {
    std::vector<int> ids, visual, wanted;
    std::vector<Position> positions;
    for (const std::int64_t id : inputs.at(name + ".ids").flat<std::int64_t>()) {
      const int t = static_cast<int>(ids.size());
      visual.push_back(image >= 0 && t >= image && t < image + 16 ? t - image : -1);
      ids.push_back(static_cast<int>(id)), wanted.push_back(t), positions.push_back({t, t, t});
    }
    const auto tokens = static_cast<std::int64_t>(ids.size());
    const Segment segment{0, static_cast<int>(tokens), 0, static_cast<int>(tokens)};
    Step<Cpu> step;
    step.ids = {ids.data(), {tokens}}, step.positions = {positions.data(), {tokens}},
    step.segments = {&segment, {1}};
    step.visual = {visual.data(), {image >= 0 ? tokens : 0}}, step.wanted = {wanted.data(), {tokens}};
    step.length = tokens;
    KVCache<Cpu, float> cache(cpu, 2, 4, 8, 1, tokens);
    std::vector<float> logits(std::size_t(tokens * 50));
    loaded.model.forward(cpu, workspace, step, seen, cache, View<float, 2>(logits.data(), {tokens, 50}));
    return logits;
  }
};

}  // namespace

TEST_CASE("Qwen-VL: tower and resampler equal the double-precision reference") {
  Golden golden;
  CHECK(golden.loaded.unused.empty());
  int seen = 0;
  golden.see([&](std::string_view name, const auto& x) {
    const std::string full(name.substr(6));  // behind "model."
    if (!golden.expected.find(full)) return;
    CAPTURE(full);
    CHECK(distance(x.data, golden.expected.at(full).template flat<float>().data(), std::size_t(x.size())) <=
          1e-5);
    ++seen;
  });
  CHECK(seen == 3);
  CHECK(distance(golden.features.data(), golden.expected.at("visual").flat<float>().data(),
                 golden.features.size()) <= 1e-5);
}

TEST_CASE("Qwen-VL: the decoder within the length of training and beyond, and with an image") {
  Golden golden;
  const auto check = [&](const std::string& name, const std::vector<float>& got) {
    CAPTURE(name);
    CHECK(distance(got.data(), golden.expected.at(name + ".logits").flat<float>().data(), got.size()) <=
          1e-5);
  };
  check("short", golden.read("short"));
  check("long", golden.read("long"));
  golden.see();
  check("image", golden.read("image", 3));
}

TEST_CASE("Qwen-VL: a weight of c_attn is cut without a copy, every weight has its place") {
  const Checkpoint checkpoint(folder + "/checkpoint");
  const auto& q = checkpoint.at("model.language_model.layers.1.self_attn.q_proj.weight");
  const auto& v = checkpoint.at("model.language_model.layers.1.self_attn.v_proj.weight");
  CHECK(q.shape == Shape{32, 32});
  CHECK(v.bytes.data() == q.bytes.data() + 2 * q.bytes.size());
  for (const TensorInfo& tensor : checkpoint.tensors())
    CHECK((tensor.name.starts_with("model.") || tensor.name == "lm_head.weight"));
}
