/// The experts of a checkpoint in each of the forms in which files have them.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <qwen3vl/io/safetensors_writer.hpp>

#include "cpu_golden_case.hpp"

using namespace qwen3vl;

namespace {

namespace fs = std::filesystem;

/// A tensor to be written.
struct Stored {
  std::string name;
  Shape shape;
  std::vector<float> values;
};

/// A checkpoint folder with the golden weights, each as `rewrite` wants it stored.
struct Rewritten {
  fs::path folder;

  Rewritten(const std::string& name, const std::function<std::vector<Stored>(Stored)>& rewrite)
      : folder(fs::temp_directory_path() / ("qwen3vl_experts_" + name + std::to_string(::getpid()))) {
    const SafetensorsFile original(std::string(QWEN3VL_GOLDEN) + "/models/moe/model.safetensors");
    std::vector<Stored> all;
    for (const TensorInfo& tensor : original.tensors()) {
      const auto flat = tensor.flat<float>();
      for (Stored& part : rewrite({tensor.name, tensor.shape, {flat.begin(), flat.end()}}))
        all.push_back(std::move(part));
    }
    std::vector<TensorPlan> plans;
    for (const Stored& tensor : all) plans.push_back({tensor.name, StoredDtype::F32, tensor.shape});
    fs::create_directories(folder);
    SafetensorsWriter writer((folder / "model.safetensors").string(), plans);
    for (const Stored& tensor : all) writer.append(std::as_bytes(std::span(tensor.values)));
    writer.finish();
  }
  ~Rewritten() { fs::remove_all(folder); }
};

bool is_experts(const Stored& tensor) { return tensor.name.find("mlp.experts.") != std::string::npos; }

/// As the released files have it: x @ W.
std::vector<Stored> transposed(Stored tensor) {
  if (!is_experts(tensor)) return {tensor};
  const std::int64_t n = tensor.shape[0], a = tensor.shape[1], b = tensor.shape[2];
  Stored swapped{tensor.name, {n, b, a}, std::vector<float>(tensor.values.size())};
  for (std::int64_t e = 0; e < n; ++e)
    for (std::int64_t i = 0; i < a; ++i)
      for (std::int64_t j = 0; j < b; ++j)
        swapped.values[std::size_t((e * b + j) * a + i)] = tensor.values[std::size_t((e * a + i) * b + j)];
  return {swapped};
}

/// As text-only Qwen3-MoE has it: a tensor for each matrix of each expert.
std::vector<Stored> per_expert(Stored tensor) {
  if (!is_experts(tensor)) return {tensor};
  const std::string path = tensor.name.substr(0, tensor.name.rfind('.') + 1);
  const bool fused = tensor.name.ends_with("gate_up_proj");
  const std::int64_t rows = tensor.shape[1], columns = tensor.shape[2], part = fused ? rows / 2 : rows;
  std::vector<Stored> parts;
  auto at = tensor.values.begin();
  for (std::int64_t e = 0; e < tensor.shape[0]; ++e)
    for (const char* name :
         fused ? std::vector<const char*>{"gate_proj", "up_proj"} : std::vector<const char*>{"down_proj"}) {
      parts.push_back(
          {path + std::to_string(e) + "." + name + ".weight", {part, columns}, {at, at + part * columns}});
      at += part * columns;
    }
  return parts;
}

template <class T> std::vector<float> logits(const std::string& folder) {
  const CpuGoldenCase golden("qwen3vl_moe", "moe");
  return find(golden.run<T>(0, 0, Dialect::released, folder), "logits")->values;
}

}  // namespace

TEST_CASE_TEMPLATE("transposed and per-expert files give the same logits, bit for bit", T, float, bf16) {
  const std::vector<float> own = logits<T>(std::string(QWEN3VL_GOLDEN) + "/models/moe");
  CHECK(logits<T>(Rewritten("transposed", transposed).folder.string()) == own);
  CHECK(logits<T>(Rewritten("apart", per_expert).folder.string()) == own);
}

TEST_CASE("experts that are not all there are named") {
  const Rewritten hole("hole", [](Stored tensor) {
    std::vector<Stored> parts = per_expert(std::move(tensor));
    std::erase_if(parts, [](const Stored& part) {
      return part.name.ends_with("layers.2.mlp.experts.5.up_proj.weight");
    });
    return parts;
  });
  CHECK_THROWS_WITH_AS(logits<float>(hole.folder.string()),
                       doctest::Contains("layers.2.mlp.experts.5.up_proj.weight"), Error);
  const Rewritten odd("odd", [](Stored tensor) {
    if (tensor.name.ends_with("layers.1.mlp.experts.down_proj")) tensor.shape = {4, 128, 24};
    return std::vector<Stored>{tensor};
  });
  CHECK_THROWS_WITH_AS(logits<float>(odd.folder.string()),
                       doctest::Contains("is [4, 128, 24], should be [8, 64, 24]"), Error);
}

TEST_CASE("the model's own layout is mapped, the others are brought into it") {
  const GoldenCase golden("qwen3vl_moe", "moe");
  using Model = AnyModel<Cpu, float>;
  CHECK(converted_bytes<Model>(Checkpoint(golden.checkpoint_directory), golden.config) == 0);
  const Rewritten other("counted", transposed);
  const std::size_t experts = 4 * 8 * (48 * 64 + 64 * 24) * sizeof(float);  // layers, experts, both weights
  CHECK(converted_bytes<Model>(Checkpoint(other.folder.string()), golden.config) == experts);
}

namespace {

/// Layers 0 and 2 with experts that are all the first one, or with that one as their dense MLP.
std::vector<Stored> one_expert(Stored tensor, bool dense) {
  const bool here = tensor.name.find("layers.0.mlp.") != std::string::npos ||
                    tensor.name.find("layers.2.mlp.") != std::string::npos;
  if (!here || tensor.name.find("visual") != std::string::npos) return {tensor};
  if (!is_experts(tensor)) return dense ? std::vector<Stored>{} : std::vector<Stored>{tensor};
  const auto each = std::ptrdiff_t(tensor.values.size()) / tensor.shape[0];
  for (auto e = tensor.values.begin() + each; e < tensor.values.end(); e += each)
    std::copy_n(tensor.values.begin(), each, e);
  if (!dense) return {tensor};
  tensor.shape = {1, tensor.shape[1], tensor.shape[2]};
  tensor.values.resize(std::size_t(each));
  std::vector<Stored> parts = per_expert(std::move(tensor));  // "….mlp.experts.0.gate_proj.weight"
  for (Stored& part : parts) part.name.erase(part.name.find("experts.0."), 10);
  return parts;
}

}  // namespace

TEST_CASE("a layer with a dense MLP computes what one whose experts all are that MLP does") {
  const Rewritten equal("equal", [](Stored tensor) { return one_expert(std::move(tensor), false); });
  const std::vector<float> wanted = logits<float>(equal.folder.string());
  const auto mixed = [](auto layout) {
    return [layout](Stored tensor) {
      std::vector<Stored> all;
      for (Stored& part : one_expert(std::move(tensor), true))
        for (Stored& stored : layout(std::move(part))) all.push_back(std::move(stored));
      return all;
    };
  };
  const auto own = [](Stored tensor) { return std::vector<Stored>{tensor}; };
  const Rewritten dense("dense", mixed(own)), swapped("dense_swapped", mixed(transposed)),
      apart("dense_apart", mixed(per_expert));
  CpuGoldenCase golden("qwen3vl_moe", "moe");
  TextConfig& text = golden.config.text_config;
  text.intermediate_size = 24;  // an expert's
  const auto run = [&](const Rewritten& weights) {
    return find(golden.run<float>(0, 0, Dialect::released, weights.folder.string()), "logits")->values;
  };
  text.mlp_only_layers = {0, 2};
  const std::vector<float> got = run(dense);
  CHECK(relative_error(got.data(), wanted.data(), wanted.size()) <= 1e-6);
  CHECK(run(swapped) == got);
  CHECK(run(apart) == got);
  text.mlp_only_layers = {}, text.decoder_sparse_step = 2;  // the same layers
  CHECK(run(dense) == got);

  using Model = AnyModel<DryRun, float>;
  CHECK(std::size_t(count_weights<Model>(golden.config)) * sizeof(float) ==
        Checkpoint(dense.folder.string()).bytes());
  text.decoder_sparse_step = 1;
  CHECK_THROWS_WITH_AS(run(dense), doctest::Contains("layers.0.mlp.gate.weight"), Error);
}
