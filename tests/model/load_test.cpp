/// Weights into a model: mapped where the file has them as they are wanted, refused with the tensor's name.
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/qwen3_vl.hpp>

#include "../io/support.hpp"

using namespace qwen3vl;

namespace {

const std::string folder = std::string(QWEN3VL_GOLDEN) + "/models/";

Qwen3VLConfig config_of(const std::string& name) {
  return read_qwen3_vl_config(read_json_file(folder + name + "/config.json"), "config.json");
}

/// A layer in a format of its own, as a model.
template <Backend B> struct EightBits {
  using BackendType = B;
  using ElementType = float;
  using Space = typename B::Space;
  template <Backend Other> using On = EightBits<Other>;

  View<const std::int8_t, 2, Space> weight;
  View<const float, 1, Space> scale;

  explicit EightBits(const Qwen3VLConfig&) {}
  static void weights(auto& self, const auto&, auto&& visit) {
    visit("layer.weight", self.weight, Shape{2, 3});
    visit("layer.scale", self.scale, Shape{2});
  }
  void tie(const auto&) {}
};

/// A checkpoint of six weights of this type and two scales in bf16.
void write_layer(const std::string& path, StoredDtype dtype) {
  std::vector<std::byte> weights(6 * bytes_of(dtype));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::byte>(250 + i);  // −6 …
  const bf16 scales[] = {bf16(0.5f), bf16(2.0f)};
  SafetensorsWriter writer(path, {{"layer.weight", dtype, {2, 3}}, {"layer.scale", StoredDtype::BF16, {2}}});
  writer.append(weights);
  writer.append(std::as_bytes(std::span(scales)));
  writer.finish();
}

}  // namespace

TEST_CASE("load takes numbers of another type than floats as the file has them, or refuses them") {
  const test::TemporaryFolder folder;
  Cpu cpu(1);
  const Qwen3VLConfig config = config_of("tied");
  write_layer(folder / "model.safetensors", StoredDtype::I8);
  Checkpoint checkpoint(folder.path());
  const auto loaded = load<EightBits<Cpu>>(cpu, checkpoint, config);
  CHECK(loaded.model.weight.data == checkpoint.at("layer.weight").flat<std::int8_t>().data());
  CHECK(loaded.model.weight(0, 0) == -6);
  CHECK(loaded.model.scale(1) == 2.0f);  // converted
  CHECK(weight_bytes<EightBits<DryRun>>(config) == 6 + 2 * 4);

  write_layer(folder / "model.safetensors", StoredDtype::F32);
  Checkpoint floats(folder.path());
  CHECK_THROWS_WITH_AS(load<EightBits<Cpu>>(cpu, floats, config),
                       doctest::Contains("\"layer.weight\": is F32, should be I8"), Error);
}

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
