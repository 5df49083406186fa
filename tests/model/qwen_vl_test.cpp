/// The first Qwen-VL, block by block, against a double-precision reference written from the formulas:
/// tests/golden/qwen_vl/make.py.
#include <cmath>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/io/checkpoint.hpp>
#include <qwen3vl/model/sizes.hpp>
#include <qwen3vl/text/text_model.hpp>
#include <qwen3vl/vision/qwen_vl_tower.hpp>

using namespace qwen3vl;

namespace {

const std::string folder = std::string(QWEN3VL_GOLDEN) + "/qwen_vl";

double distance(const float* a, const float* b, std::size_t n) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < n; ++i)
    difference += (double(a[i]) - b[i]) * (double(a[i]) - b[i]), norm += double(b[i]) * b[i];
  return std::sqrt(difference / norm);
}

/// Finds the weights of a block in the golden checkpoint; what is stored transposed is turned.
struct Weights {
  Checkpoint checkpoint{folder + "/checkpoint"};
  std::vector<std::vector<float>> turned;

  auto under_path(const std::string& path) {
    return [this, path](std::string_view name, auto& view, Shape shape) {
      std::string full = path + std::string(name);
      const bool transposed = full.ends_with(".transposed");
      if (transposed) full.resize(full.size() - 11);
      const TensorInfo& tensor = checkpoint.take(full);
      tensor.expect_shape(shape);
      const float* data = tensor.flat<float>().data();
      if (transposed) {
        const std::int64_t n = shape[0];
        auto& to = turned.emplace_back(std::size_t(n * n));
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t j = 0; j < n; ++j) to[std::size_t(j * n + i)] = data[i * n + j];
        data = to.data();
      }
      set_shape(view, shape, data);
    };
  }
};

TextConfig decoder_config() {
  TextConfig config;
  config.hidden_size = 32, config.intermediate_size = 24, config.num_hidden_layers = 2;
  config.num_attention_heads = config.num_key_value_heads = 4, config.head_dim = 8, config.vocab_size = 50;
  config.rope_theta = 1e4, config.rope_scaling.original_max_position_embeddings = 16;
  return config;
}

}  // namespace

TEST_CASE("Qwen-VL: tower and resampler equal the double-precision reference") {
  QwenVLVisionConfig config;
  config.hidden_size = 24, config.intermediate_size = 40, config.depth = 2, config.num_heads = 3,
  config.patch_size = 4;
  config.output_dim = 32, config.resampler_heads = 4, config.n_queries = 16, config.position_rows = 16;
  Weights weights;
  QwenVLTower<Cpu, float> tower(config);
  QwenVLTower<Cpu, float>::weights(tower, config, weights.under_path("model.visual."));
  const SafetensorsFile inputs(folder + "/inputs.safetensors"), expected(folder + "/expected.safetensors");
  Cpu cpu(2);
  Workspace<Cpu> workspace(cpu, 1 << 20);
  std::vector<float> out(16 * 32);
  int seen = 0;
  tower.forward(cpu, workspace, inputs.at("pixel_values").view<float, 2>(),
                View<float, 2>(out.data(), {16, 32}), [&](std::string_view name, const auto& x) {
                  const std::string full = "visual." + std::string(name);
                  if (!expected.find(full)) return;
                  CAPTURE(full);
                  CHECK(distance(x.data, expected.at(full).template flat<float>().data(),
                                 std::size_t(x.size())) <= 1e-5);
                  ++seen;
                });
  CHECK(seen == 3);
  CHECK(distance(out.data(), expected.at("visual").flat<float>().data(), out.size()) <= 1e-5);
}

TEST_CASE("Qwen-VL: the decoder within the length of training and beyond") {
  const TextConfig config = decoder_config();
  Weights weights;
  TextModel<Cpu, float, Qwen1> decoder(config);
  TextModel<Cpu, float, Qwen1>::weights(decoder, config, weights.under_path("model.language_model."));
  const auto head = weights.checkpoint.take("lm_head.weight").view<float, 2>();
  const SafetensorsFile inputs(folder + "/inputs.safetensors"), expected(folder + "/expected.safetensors");
  Cpu cpu(2);
  for (const std::string name : {"short", "long"}) {
    CAPTURE(name);
    std::vector<int> ids;
    for (const std::int64_t id : inputs.at(name + ".ids").flat<std::int64_t>())
      ids.push_back(static_cast<int>(id));
    const auto tokens = static_cast<std::int64_t>(ids.size());
    std::vector<Position> positions;
    for (int t = 0; t < tokens; ++t) positions.push_back({t, t, t});
    const Segment segment{0, static_cast<int>(tokens), 0, static_cast<int>(tokens)};
    Step<Cpu> step;
    step.ids = {ids.data(), {tokens}}, step.positions = {positions.data(), {tokens}},
    step.segments = {&segment, {1}};
    step.length = tokens;
    Workspace<Cpu> workspace(cpu, 1 << 22);
    KVCache<Cpu, float> cache(cpu, 2, 4, 8, 1, tokens);
    std::vector<float> x(std::size_t(tokens * 32)), logits(std::size_t(tokens * 50));
    const View<float, 2> features(x.data(), {tokens, 32}), scores(logits.data(), {tokens, 50});
    decoder.embed(cpu, step, features);
    decoder.forward(cpu, workspace, step, {}, cache, features);
    linear(cpu, features, head, {}, scores);
    CHECK(distance(x.data(), expected.at(name + ".norm").flat<float>().data(), x.size()) <= 1e-5);
    CHECK(distance(logits.data(), expected.at(name + ".logits").flat<float>().data(), logits.size()) <= 1e-5);
  }
}

TEST_CASE("Qwen-VL: a weight of c_attn is cut without a copy; every weight of the checkpoint has its place") {
  const Checkpoint checkpoint(folder + "/checkpoint");
  const auto& q = checkpoint.at("model.language_model.layers.1.self_attn.q_proj.weight");
  const auto& v = checkpoint.at("model.language_model.layers.1.self_attn.v_proj.weight");
  CHECK(q.shape == Shape{32, 32});
  CHECK(v.bytes.data() == q.bytes.data() + 2 * q.bytes.size());
  for (const TensorInfo& tensor : checkpoint.tensors())
    CHECK((tensor.name.starts_with("model.") || tensor.name == "lm_head.weight"));
}

TEST_CASE("resize_table: the same size is the same table; corners hold; refusals") {
  Cpu cpu(1);
  std::vector<float> table(16 * 3), out(16 * 3);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = std::sin(float(i));
  const View<float, 2> view(table.data(), {16, 3});
  resize_table(cpu, view, View<float, 2>(out.data(), {16, 3}));
  for (std::size_t i = 0; i < table.size(); ++i) CHECK(std::abs(out[i] - table[i]) <= 1e-6);
  std::vector<float> flat(4 * 2, 0.75f), wide(49 * 2);
  resize_table(cpu, View<float, 2>(flat.data(), {4, 2}), View<float, 2>(wide.data(), {49, 2}));
  for (const float value : wide) CHECK(std::abs(value - 0.75f) <= 1e-6);  // weights sum to 1
  CHECK_THROWS_WITH_AS(resize_table(cpu, view, View<float, 2>(out.data(), {15, 3})),
                       doctest::Contains("not square"), Error);
  CHECK_THROWS_WITH_AS(resize_table(cpu, view, View<float, 2>(out.data(), {16, 2})),
                       doctest::Contains("out is [16, 2], should be [16, 3]"), Error);
}

TEST_CASE("scale_queries: log-n from the sequence's place, cached keys included") {
  Cpu cpu(1);
  std::vector<float> q(5 * 2 * 4, 1.0f);
  const Segment segments[] = {{0, 3, 0, 40}, {3, 2, 40, 10}};
  scale_queries(cpu, LogNScale{16}, View<const Segment, 1>(segments, {2}),
                View<float, 3>(q.data(), {5, 2, 4}));
  for (int t = 0; t < 5; ++t) {
    const double wanted = t < 3 ? std::log(38.0 + t) / std::log(16.0) : 1;
    for (int i = 0; i < 8; ++i) CHECK(std::abs(q[std::size_t(t * 8 + i)] - wanted) <= 1e-6);
  }
  const Segment beyond[] = {{4, 2, 0, 2}};
  CHECK_THROWS_WITH_AS(scale_queries(cpu, LogNScale{16}, View<const Segment, 1>(beyond, {1}),
                                     View<float, 3>(q.data(), {5, 2, 4})),
                       doctest::Contains("a segment reaches beyond the queries"), Error);
}
