/// AnyModel is the model that config.json names, and takes a stranger's as well.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <qwen3vl/model/heads.hpp>

#include "cpu_golden_case.hpp"

template class qwen3vl::AnyModel<qwen3vl::Cpu, float>;
template class qwen3vl::AnyModel<qwen3vl::Cpu, qwen3vl::bf16>;
template class qwen3vl::AnyModel<qwen3vl::DryRun, float>;
template class qwen3vl::AnyModel<qwen3vl::DryRun, qwen3vl::bf16>;

using namespace qwen3vl;

TEST_CASE("AnyModel computes what the model it stands for computes") {
  const CpuGoldenCase golden("qwen3vl_text", "tied");
  Cpu cpu(2);
  Checkpoint checkpoint(golden.checkpoint_directory);
  auto direct = load<Qwen3VL<Cpu, float>>(cpu, checkpoint, golden.config);
  const Trace wanted = trace(cpu, direct.model, golden.config, golden.inputs, 4, 0, Dialect::released);
  CHECK(find(golden.run<float>(4), "logits")->values == find(wanted, "logits")->values);
  const AnyModel<Cpu, float> stranger(direct.model);  // any model, once its weights are in place
  const Trace got = trace(cpu, stranger, golden.config, golden.inputs, 4, 0, Dialect::released);
  CHECK(find(got, "logits")->values == find(wanted, "logits")->values);
  CHECK(got.greedy_tokens == wanted.greedy_tokens);
}

TEST_CASE("AnyModel counts the weights of each generation as released") {
  Qwen3VLConfig config;  // the 2B model's sizes
  CHECK(count_weights<AnyModel<DryRun, bf16>>(config) == 2'127'532'032);
  config.generation = Generation::qwen3_vl_moe;
  TextConfig& text = config.text_config;
  text.num_hidden_layers = 48, text.num_attention_heads = 32, text.num_key_value_heads = 4;
  text.num_experts = 128, text.num_experts_per_tok = 8, text.moe_intermediate_size = 768;
  text.tie_word_embeddings = false;
  VisionConfig& vision = config.vision_config;
  vision.hidden_size = 1152, vision.intermediate_size = 4304, vision.depth = 27;
  CHECK(count_weights<AnyModel<DryRun, bf16>>(config) == 31'070'754'032);  // 30B-A3B

  Qwen3VLConfig two;
  two.generation = Generation::qwen2_5_vl;
  two.text_config.num_hidden_layers = 36, two.text_config.intermediate_size = 11008;
  two.text_config.num_key_value_heads = 2, two.text_config.mrope_section = {16, 24, 24};
  VisionConfig& tower = two.vision_config;
  tower.hidden_size = 1280, tower.intermediate_size = 3420, tower.depth = 32, tower.patch_size = 14;
  tower.deepstack_visual_indexes = {}, tower.fullatt_block_indexes = {7, 15, 23, 31};
  CHECK(count_weights<AnyModel<DryRun, bf16>>(two) == 3'754'622'976);  // 3B
  two.generation = Generation::qwen2_vl;
  two.text_config.hidden_size = tower.out_hidden_size = 1536, two.text_config.intermediate_size = 8960;
  two.text_config.num_hidden_layers = 28, two.text_config.num_attention_heads = 12;
  tower.intermediate_size = 5120;
  CHECK(count_weights<AnyModel<DryRun, bf16>>(two) == 2'208'985'600);  // 2B

  Qwen3VLConfig first;
  first.generation = Generation::qwen_vl;
  TextConfig& seven = first.text_config;
  seven.hidden_size = 4096, seven.intermediate_size = 11008, seven.num_hidden_layers = 32;
  seven.num_attention_heads = seven.num_key_value_heads = 32, seven.tie_word_embeddings = false;
  VisionConfig& clip = first.vision_config;
  clip.hidden_size = 1664, clip.intermediate_size = 8192, clip.depth = 48, clip.patch_size = 14;
  clip.out_hidden_size = 4096, clip.num_queries = 256, clip.num_position_embeddings = 256;
  clip.temporal_patch_size = 1, clip.deepstack_visual_indexes = {};
  CHECK(count_weights<AnyModel<DryRun, bf16>>(first) == 9'656'935'168);  // Qwen-VL and -Chat
}

TEST_CASE("whether a step may be replayed is the model's to say, by its RoPE") {
  Qwen3VLConfig config;
  config.text_config.num_hidden_layers = config.vision_config.depth = 1;
  config.vision_config.deepstack_visual_indexes = {0};
  using Type = RopeScaling::Type;
  for (const Type type : {Type::none, Type::linear, Type::yarn, Type::dynamic}) {
    config.text_config.rope_scaling.type = type;
    const AnyModel<DryRun, float> any(config);
    CHECK(rotates_by_length(any) == (type == Type::dynamic));
    CHECK(rotates_by_length(Qwen3VLDense<DryRun, float>(config)) == (type == Type::dynamic));
    CHECK(rotates_by_length(Qwen3VL<DryRun, float, Qwen1>(config)));  // whatever config.json calls it
  }
  config.generation = Generation::qwen_vl;
  CHECK(rotates_by_length(AnyModel<DryRun, float>(config)));
  CHECK_FALSE(rope_depends_on_length(StandardRoPE{64, 1e4f}));
  CHECK(rotates_by_length(0));  // what does not say
}

TEST_CASE("embedding and relevance of a prompt") {
  const GoldenCase golden("qwen3vl_text", "tied");
  Cpu cpu(2);
  Checkpoint checkpoint(golden.checkpoint_directory);
  const auto loaded = load<AnyModel<Cpu, float>>(cpu, checkpoint, golden.config);
  const std::int64_t tokens = golden.inputs.tokens, hidden = golden.config.text_config.hidden_size;
  std::vector<Position> positions;
  for (int t = 0; t < tokens; ++t) positions.push_back({t, t, t});
  const auto norm = golden.expected.at("model.language_model.norm").flat<float>().last(std::size_t(hidden));
  for (const int chunk : {7, 512}) {
    Session session(cpu, loaded.model, golden.config, SessionSize{1, tokens, chunk});
    const SequenceInput input{golden.inputs.ids, positions, {}};
    const auto features = session.read_features(std::span(&input, 1));
    CHECK((features.shape[0] == 1 && features.shape[1] == hidden));
    CHECK(relative_error(features.data, norm.data(), norm.size()) <= 1e-5);
    for (const std::size_t dimensions : {std::size_t{64}, std::size_t{16}}) {
      const std::vector<float> unit = embedding({features.data, std::size_t(hidden)}, dimensions);
      double length = 0;
      for (std::size_t i = 0; i < dimensions; ++i) length += double(norm[i]) * norm[i];
      std::vector<float> wanted;
      for (std::size_t i = 0; i < dimensions; ++i) wanted.push_back(float(norm[i] / std::sqrt(length)));
      CHECK(unit.size() == dimensions);
      CHECK(relative_error(unit.data(), wanted.data(), dimensions) <= 1e-5);
    }
  }
  Session session(cpu, loaded.model, golden.config, SessionSize{1, tokens, 512});
  const SequenceInput input{golden.inputs.ids, positions, {}};
  const auto logits = session.read(std::span(&input, 1));
  const auto wanted = golden.expected.at("logits").flat<float>().last(std::size_t(logits.shape[1]));
  const double score = 1 / (1 + std::exp(double(wanted[17]) - wanted[5]));
  CHECK(std::abs(relevance({logits.data, wanted.size()}, 5, 17) - score) <= 1e-5);
}

TEST_CASE("embedding and relevance: edges and refusals") {
  const std::vector<float> three{3, 4, 12};
  CHECK(embedding(three, 2) == std::vector<float>{0.6f, 0.8f});
  CHECK(embedding(three)[2] == float(12.0 / 13));
  CHECK(embedding(std::vector<float>{0, 0}) == std::vector<float>{0, 0});
  CHECK_THROWS_WITH_AS(embedding(three, 4), doctest::Contains("4 dimensions of 3"), Error);
  CHECK(relevance(three, 0, 1) == doctest::Approx(1 / (1 + std::exp(1.0))));
  CHECK(relevance(std::vector<float>{-1e30f, 1e30f}, 0, 1) == 0);
  CHECK_THROWS_WITH_AS(relevance(three, 1, 1), doctest::Contains("tokens of yes and no are 1 and 1"), Error);
  CHECK_THROWS_WITH_AS(relevance(three, 1, 3), doctest::Contains("1 and 3"), Error);
}
