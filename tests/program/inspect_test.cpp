/// inspect: the tree, its sums, and what it finds wrong.
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>

#include "../../examples/qwen3vl/model_tree.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string tied = golden + "models/tied";

/// A copy of a checkpoint, weights changed on the way. `change` may rename or reshape (to fewer numbers) a
/// tensor, or drop it by clearing its name.
template <class Change>
void copy_checkpoint(const TemporaryFolder& folder, const std::string& from, Change change) {
  folder.write("config.json", content_of(from + "/config.json"));
  const SafetensorsFile file(from + "/model.safetensors");
  std::vector<TensorPlan> plans;
  std::vector<std::span<const std::byte>> bytes;
  for (const TensorInfo& tensor : file.tensors()) {
    TensorPlan plan{tensor.name, tensor.dtype, tensor.shape};
    change(plan);
    if (plan.name.empty()) continue;
    plans.push_back(plan);
    bytes.push_back(tensor.bytes.first(plan.bytes()));
  }
  SafetensorsWriter writer(folder / "model.safetensors", plans);
  for (const auto piece : bytes) writer.append(piece);
  writer.finish();
}

/// Runs of spaces as one, so that no column's width is in a test.
std::string folded(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (c != ' ' || !result.ends_with(' ')) result += c;
  return result;
}

}  // namespace

TEST_CASE("golden: a complete checkpoint, layers that are alike are one line") {
  const std::string out = folded(output_of({"inspect", tied}));
  CHECK(contains(out, "\"qwen3_vl\", 121 weights in 1 file"));
  CHECK(contains(out, "├─ layers.0 … 3 (4 ×) each 43,200 F32 172,800 691.2 kB\n"));
  CHECK(contains(out, "├─ q_proj weight [128, 64] F32 8,192 32.8 kB\n"));
  CHECK(contains(out, "├─ qkv weight [144, 48] + bias [144] F32 7,056 28.2 kB\n"));
  CHECK(contains(out, "├─ visual F32 276,240 1.1 MB\n"));
  CHECK(contains(out, "\ntext 205,632 822.5 kB\nvision 276,240 1.1 MB\nall 481,872 1.9 MB\n"));
  CHECK(contains(out, "complete: every weight of the model is there and has its shape"));
}

TEST_CASE("--full shows every layer") {
  const std::string out = output_of({"inspect", tied, "--full"});
  CHECK_FALSE(contains(out, "×"));
  CHECK(contains(out, "├─ layers "));
  CHECK(contains(out, "─ 3 "));
}

TEST_CASE(
    "missing, misshapen and unused weights are marked, listed, and the layers around them stay folded") {
  const TemporaryFolder folder;
  copy_checkpoint(folder, golden + "models/untied", [](TensorPlan& plan) {
    if (plan.name == "model.language_model.layers.2.mlp.up_proj.weight") plan.name = "";
    if (plan.name == "model.visual.blocks.1.norm1.bias") plan.shape = {3};
    if (plan.name == "lm_head.weight") plan.name = "head.of.lettuce";
  });
  const Ran ran = run_program({"inspect", folder.path()});
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.out, "0 … 1 (2 ×)"));
  CHECK(contains(ran.out, "2 … 3 (2 ×)"));
  CHECK(contains(ran.out, "bias should be [48]"));
  CHECK(contains(
      ran.out,
      "missing (2):\n  model.language_model.layers.2.mlp.up_proj.weight [96, 64]\n  lm_head.weight"));
  CHECK(contains(ran.out, "(1):\n  model.visual.blocks.1.norm1.bias [3], should be [48]"));
  CHECK(contains(ran.out, "no place for them (1):\n  head.of.lettuce [512, 64]"));
  CHECK_FALSE(contains(ran.out, "complete"));
}

TEST_CASE("weights that are merely unused do not make a checkpoint incomplete") {
  const TemporaryFolder folder;
  copy_checkpoint(folder, golden + "models/untied", [](TensorPlan&) {});
  Json config = read_json_file(folder / "config.json");
  config["tie_word_embeddings"] = config["text_config"]["tie_word_embeddings"] = true;
  folder.write("config.json", config.dump());
  const std::string out = output_of({"inspect", folder.path()});
  CHECK(contains(out, "no place for them (1):\n  lm_head.weight [512, 64]"));
  CHECK(contains(out, "complete"));
}

TEST_CASE("a model of another type is shown, and not checked, names of strangers cannot steer a terminal") {
  const TemporaryFolder folder;
  copy_checkpoint(folder, tied, [](TensorPlan& plan) {
    if (plan.name == "model.language_model.norm.weight") plan.name = "evil\033[2J\nname";
  });
  Json config = read_json_file(folder / "config.json");
  config["model_type"] = "qwen9_vl";
  folder.write("config.json", config.dump());
  const std::string out = output_of({"inspect", folder.path()});
  CHECK(contains(out, "not checked: this model_type is not known"));
  CHECK(contains(out, "layers.0 … 3 (4 ×)"));
  CHECK(contains(out, "evil?[2J?name"));
}

TEST_CASE("refusals: no folder, no weights, a config.json that contradicts itself") {
  check_refuses(1, "no such folder", {"inspect", golden + "nowhere"});
  check_refuses(1, "has neither model.safetensors nor", {"inspect", tokenizer_folder});
  const TemporaryFolder folder;
  copy_checkpoint(folder, tied, [](TensorPlan&) {});
  folder.write("config.json", R"({"model_type": "qwen3_vl"})");
  check_refuses(1, "text_config is missing", {"inspect", folder.path()});
}

TEST_CASE("the tree: a name that is a weight and a module at once, and as deep as names get") {
  std::string deep = "a";
  for (int i = 0; i < 90; ++i) deep += ".a";
  const program::ModelTree tree(
      {{"x", {2}, "F32", 8, ""}, {"x.y", {3}, "F32", 12, ""}, {deep, {1}, "F32", 4, ""}});
  std::FILE* file = std::tmpfile();
  REQUIRE(file);
  tree.print(true, file);
  CHECK(std::ftell(file) > 100);
  std::fclose(file);
}
