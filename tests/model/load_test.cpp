/// Weights into a model: mapped where the file has them as they are wanted, refused with the tensor's name.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/qwen3_vl.hpp>

using namespace qwen3vl;

namespace {

const std::string folder = std::string(QWEN3VL_GOLDEN) + "/models/";

Qwen3VLConfig config_of(const std::string& name) {
  return read_qwen3_vl_config(read_json_file(folder + name + "/config.json"), "config.json");
}

}  // namespace

TEST_CASE("load copies nothing that can be mapped, and converts what cannot") {
  Cpu cpu(1);
  Checkpoint checkpoint(folder + "tied");
  const Qwen3VLConfig config = config_of("tied");
  const auto mapped = load<Qwen3VL<Cpu, float>>(cpu, checkpoint, config);
  CHECK(mapped.converted.bytes() == 0);
  CHECK(mapped.model.language_model.embed_tokens.data ==
        checkpoint.at("model.language_model.embed_tokens.weight").flat<float>().data());
  CHECK(mapped.model.lm_head.weight.data == mapped.model.language_model.embed_tokens.data);  // tied

  std::uint64_t told = 0;
  const auto rounded =
      load<Qwen3VL<Cpu, bf16>>(cpu, checkpoint, config, nullptr,
                               [&](std::uint64_t done, std::uint64_t, const std::string&) { told = done; });
  CHECK(rounded.converted.bytes() >= told);
  CHECK(told == 2 * std::uint64_t(count_weights<Qwen3VL<DryRun, bf16>>(config)));
  CHECK(rounded.model.language_model.norm.weight(3) == bf16(mapped.model.language_model.norm.weight(3)));
}

TEST_CASE("load names the tensor that is missing or has another shape") {
  Cpu cpu(1);
  Checkpoint checkpoint(folder + "tied");
  Qwen3VLConfig config = config_of("tied");
  config.text_config.tie_word_embeddings = false;
  CHECK_THROWS_WITH_AS((load<Qwen3VL<Cpu, float>>(cpu, checkpoint, config)),
                       doctest::Contains("\"lm_head.weight\""), Error);
  config = config_of("tied");
  config.text_config.intermediate_size = 97;
  CHECK_THROWS_WITH_AS((load<Qwen3VL<Cpu, float>>(cpu, checkpoint, config)),
                       doctest::Contains("mlp.gate_proj.weight\": is [96, 64], should be [97, 64]"), Error);
}

TEST_CASE("load tells which tensors nobody wanted") {
  Cpu cpu(1);
  Checkpoint checkpoint(folder + "tied");
  Qwen3VLConfig config = config_of("tied");
  config.text_config.num_hidden_layers = 3;
  const auto loaded = load<Qwen3VL<Cpu, float>>(cpu, checkpoint, config);
  CHECK(loaded.unused.size() == 11);
  CHECK(loaded.unused.front().starts_with("model.language_model.layers.3."));
}
