#include <qwen3vl/io/checkpoint.hpp>

#include <numeric>

#include <doctest/doctest.h>

#include <qwen3vl/io/checkpoint_writer.hpp>

#include "support.hpp"

using namespace qwen3vl;
using doctest::Contains;

namespace {

/// Tensors of 16 bytes each, filled with 0, 1, 2 …; cut into shards of `per_shard`.
void write_checkpoint(const std::string& folder, const std::vector<std::string>& names,
                      std::uint64_t per_shard) {
  std::vector<TensorPlan> tensors;
  for (const std::string& name : names) tensors.push_back({name, StoredDtype::F32, {4}});
  CheckpointWriter writer(folder, tensors, 16 * per_shard);
  for (std::size_t i = 0; i < names.size(); ++i)
    writer.append(test::bytes_of(std::vector<float>(4, static_cast<float>(i))));
  writer.finish();
}
const std::vector<std::string> published{"model.visual.pos_embed.weight", "model.language_model.norm.weight",
                                         "model.language_model.layers.0.mlp.up_proj.weight",
                                         "lm_head.weight"};

}  // namespace

TEST_CASE("names of both styles become canonical") {
  CHECK(canonical_tensor_name("visual.blocks.0.norm1.weight") == "model.visual.blocks.0.norm1.weight");
  CHECK(canonical_tensor_name("model.layers.3.mlp.gate.weight") ==
        "model.language_model.layers.3.mlp.gate.weight");
  CHECK(canonical_tensor_name("language_model.model.norm.weight") == "model.language_model.norm.weight");
  CHECK(canonical_tensor_name("language_model.lm_head.weight") == "lm_head.weight");
  for (const std::string& name : published) CHECK(canonical_tensor_name(name) == name);
  CHECK(canonical_tensor_name("lm_head.weight") == "lm_head.weight");
  CHECK(canonical_tensor_name("modelx") == "modelx");
}

TEST_CASE("a checkpoint of one file, and the same in shards") {
  for (const std::uint64_t per_shard : {100, 3, 2, 1}) {
    CAPTURE(per_shard);
    const test::TemporaryFolder folder;
    write_checkpoint(folder.path(), published, per_shard);
    const Checkpoint checkpoint(folder.path());
    REQUIRE(checkpoint.tensors().size() == 4);
    CHECK(checkpoint.bytes() == 64);
    for (std::size_t i = 0; i < published.size(); ++i) {
      CHECK(checkpoint.tensors()[i].name == published[i]);
      CHECK(checkpoint.at(published[i]).view<float, 1>()(3) == static_cast<float>(i));
    }
    CHECK(checkpoint.contains("lm_head.weight"));
    CHECK_FALSE(checkpoint.contains("lm_head"));
    CHECK(folder.names().size() == (per_shard == 100 ? 1 : (4 + per_shard - 1) / per_shard + 1));
  }
}

TEST_CASE("shards are cut and named as released ones") {
  CHECK(shard_name(0, 1) == "model.safetensors");
  CHECK(shard_name(1, 4) == "model-00002-of-00004.safetensors");
  const auto tensor = [](std::int64_t bytes) { return TensorPlan{"x", StoredDtype::U8, {bytes}}; };
  const auto shards = plan_shards({tensor(3), tensor(4), tensor(9), tensor(1), tensor(7)}, 8);
  REQUIRE(shards.size() == 3);  // 3 + 4, the large one alone, 1 + 7
  CHECK(shards[0].size() == 2);
  CHECK(shards[1].size() == 1);
  CHECK(shards[2].size() == 2);
  CHECK(plan_shards({}, 8).size() == 1);

  const test::TemporaryFolder folder;
  write_checkpoint(folder.path(), published, 2);
  const Json index = read_json_file(folder / "model.safetensors.index.json");
  CHECK(index["metadata"]["total_size"] == 64);
  CHECK(index["weight_map"]["lm_head.weight"] == "model-00002-of-00002.safetensors");

  const auto again = [&] { write_checkpoint(folder.path(), published, 100); };
  CHECK_THROWS_WITH_AS(again(), Contains("write into an empty folder"), Error);
  const auto too_much = [&] {
    CheckpointWriter writer(folder.path(), {tensor(1), tensor(1)}, 1);
    writer.append(test::bytes_of(std::string("abc")));
  };
  CHECK_THROWS_WITH_AS(too_much(), Contains("more bytes than the listed tensors have"), Error);
}

TEST_CASE("old prefixes are known by the new names") {
  const test::TemporaryFolder folder;
  write_checkpoint(folder.path(), {"visual.merger.ln_q.weight", "model.norm.weight", "lm_head.weight"}, 100);
  const Checkpoint checkpoint(folder.path());
  CHECK(checkpoint.at("model.visual.merger.ln_q.weight").view<float, 1>()(0) == 0);
  CHECK(checkpoint.at("model.language_model.norm.weight").view<float, 1>()(0) == 1);
  CHECK(checkpoint.at("lm_head.weight").view<float, 1>()(0) == 2);
  CHECK_FALSE(checkpoint.contains("model.norm.weight"));

  const test::TemporaryFolder mixed;
  write_checkpoint(mixed.path(), {"model.norm.weight", "model.language_model.norm.weight"}, 100);
  CHECK_THROWS_WITH_AS(Checkpoint(mixed.path()),
                       Contains("two tensors mean \"model.language_model.norm.weight\""), Error);
}

TEST_CASE("tensors that nobody took are listed") {
  const test::TemporaryFolder folder;
  std::vector<std::string> names = published;
  names.push_back("model.language_model.rotary_emb.inv_freq");
  write_checkpoint(folder.path(), names, 2);
  Checkpoint checkpoint(folder.path());
  CHECK(checkpoint.untaken() == published);
  for (const std::string& name : published)
    if (name != "lm_head.weight") checkpoint.take(name);
  CHECK(checkpoint.untaken() == std::vector<std::string>{"lm_head.weight"});
}

TEST_CASE("a missing tensor is answered with the nearest names and what they mean") {
  const auto message = [](const std::vector<std::string>& names, const std::string& wanted) {
    const test::TemporaryFolder folder;
    write_checkpoint(folder.path(), names, 100);
    try {
      Checkpoint(folder.path()).take(wanted);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("found");
  };
  const std::string up = "model.language_model.layers.0.mlp.up_proj.weight";
  CHECK_MESSAGE(message(published, "model.language_model.layers.1.mlp.up_proj.weight")
                        .find("nearest: \"" + up + "\"") != std::string::npos,
                "");
  const auto says = [&](const std::vector<std::string>& names, const std::string& wanted, const char* hint) {
    const std::string text = message(names, wanted);
    CAPTURE(text);
    CHECK(text.find("no tensor \"" + wanted + "\"") != std::string::npos);
    CHECK(text.find(hint) != std::string::npos);
  };
  const std::string layer = "model.language_model.layers.0.";
  says({layer + "mlp.experts.gate_up_proj"}, layer + "mlp.gate_proj.weight", "an MoE checkpoint");
  says({layer + "mlp.gate_proj.weight"}, layer + "mlp.experts.gate_up_proj", "a dense checkpoint");
  says({"model.language_model.norm.weight"}, "lm_head.weight", "tie_word_embeddings is false");
  says({layer + "mlp.up_proj.qweight"}, layer + "mlp.up_proj.weight", "a quantised checkpoint");
  says({layer + "self_attn.q_proj.bias"}, layer + "self_attn.q_norm.weight", "Qwen2");
  says({layer + "self_attn.q_proj.bias"}, "model.visual.pos_embed.weight", "a text-only checkpoint");
  says({}, "lm_head.weight", "there is no tensor at all");
}

TEST_CASE("prefetching tells how far it is, and can be stopped") {
  const test::TemporaryFolder folder;
  write_checkpoint(folder.path(), published, 1);
  const Checkpoint checkpoint(folder.path());
  std::uint64_t last = 0, total = 0;
  std::vector<std::string> what;
  const Progress watch = [&](std::uint64_t done, std::uint64_t all, const std::string& name) {
    CHECK(done > last);
    last = done;
    total = all;
    what.push_back(name);
  };
  checkpoint.prefetch(watch);
  CHECK(last == total);
  CHECK(what.size() == 4);
  CHECK(what[0] == "loading model-00001-of-00004.safetensors");

  Threads threads(2);
  last = 0;
  checkpoint.prefetch(watch, &threads);
  CHECK(last == total);
  CHECK_NOTHROW(checkpoint.prefetch());
  CHECK_THROWS_WITH(checkpoint.prefetch([](auto...) { throw Error("load", "cancelled"); }),
                    Contains("cancelled"));
}

TEST_CASE("a folder that is no checkpoint is refused with the reason") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(Checkpoint(folder / "none"), Contains("none: no such folder"), Error);
  CHECK_THROWS_WITH_AS(Checkpoint(folder.write("file", "")),
                       Contains("is a file, should be a checkpoint folder"), Error);
  CHECK_THROWS_WITH_AS(Checkpoint(folder.path()),
                       Contains("has neither model.safetensors nor model.safetensors.index"), Error);
  folder.write("pytorch_model.bin", "");
  CHECK_THROWS_WITH_AS(Checkpoint(folder.path()), Contains("safe_serialization"), Error);
}

TEST_CASE("an index that leads astray is refused") {
  const test::TemporaryFolder folder;
  write_checkpoint(folder.path(), published, 2);
  const std::string name = "model.safetensors.index.json";
  const Json good = read_json_file(folder / name);
  const auto refuse = [&](const Json& index, const char* message) {
    folder.write(name, index.dump());
    CHECK_THROWS_WITH_AS(Checkpoint(folder.path()), Contains(message), Error);
  };
  const auto with_shard = [&](const Json& shard) {
    Json index = good;
    index["weight_map"]["lm_head.weight"] = shard;
    return index;
  };
  refuse(with_shard("../model-00002-of-00002.safetensors"),
         "should be the name of a .safetensors file in the same");
  refuse(with_shard("/etc/x.safetensors"), "should be the name of a .safetensors file in the same folder");
  refuse(with_shard("a\\b.safetensors"), "should be the name");
  refuse(with_shard(std::string("a\0.safetensors", 14)), "should be the name");
  refuse(with_shard(".."), "should be the name");
  refuse(with_shard(""), "should be the name");
  refuse(with_shard("config.json"), "should be the name");
  refuse(with_shard(7), "weight_map of tensor \"lm_head.weight\" is 7, should be a file name");
  refuse(with_shard("model-00003-of-00003.safetensors"),
         "index.json: shard \"model-00003-of-00003.safetensors\" is missing");
  refuse(with_shard("model-00001-of-00002.safetensors"),
         "says that tensor \"lm_head.weight\" is in \"model-00001-of-00002.safetensors\", but that shard has "
         "no such");
  refuse(Json::object(), "weight_map is missing");
  refuse(Json::array(), "should be an object");
  refuse({{"weight_map", "x"}}, "weight_map is \"x\", should be an object");

  SUBCASE("a damaged shard is named") {
    folder.write(name, good.dump());
    const std::string shard = test::content_of(folder / "model-00002-of-00002.safetensors");
    folder.write("model-00002-of-00002.safetensors", shard.substr(0, shard.size() - 1));
    CHECK_THROWS_WITH_AS(Checkpoint(folder.path()), Contains("model-00002-of-00002.safetensors"), Error);
  }
  SUBCASE("a tensor that the index does not list is no part of the checkpoint") {
    Json index = good;
    index["weight_map"].erase("lm_head.weight");
    folder.write(name, index.dump());
    CHECK(Checkpoint(folder.path()).tensors().size() == 3);
  }
}
