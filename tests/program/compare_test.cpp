/// compare: the order of the rows, what counts as different, and the exit codes.
#include <algorithm>
#include <limits>

#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>

#include "../../examples/qwen3vl/forward_order.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string reference = golden + "models/qwen3vl_image_video/expected.safetensors";

/// A tensor to write: its type follows from its numbers.
struct Tensor {
  TensorPlan plan;
  std::string bytes;
};
template <class T> Tensor tensor(const std::string& name, Shape shape, const std::vector<T>& numbers) {
  return {{name, stored_dtype<T>, shape},
          std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T))};
}
template <class T> Tensor row(const std::string& name, const std::vector<T>& numbers) {
  return tensor(name, {static_cast<std::int64_t>(numbers.size())}, numbers);
}

std::string write(const TemporaryFolder& folder, const std::string& name,
                  const std::vector<Tensor>& tensors) {
  std::vector<TensorPlan> plans;
  for (const Tensor& tensor : tensors) plans.push_back(tensor.plan);
  SafetensorsWriter writer(folder / name, plans);
  for (const Tensor& tensor : tensors) writer.append(bytes_of(tensor.bytes));
  writer.finish();
  return folder / name;
}

/// Runs compare over two files of these tensors.
Ran compare(const std::vector<Tensor>& a, const std::vector<Tensor>& b,
            std::vector<std::string> options = {}) {
  const TemporaryFolder folder;
  options.insert(options.begin(), {"compare", write(folder, "a", a), write(folder, "b", b)});
  return run_program(options);
}

std::vector<std::string> in_forward_order(std::vector<std::string> names) {
  program::ForwardOrder(names).sort(names);
  return names;
}

}  // namespace

TEST_CASE("golden: a file is within any tolerance of itself, rows come as the forward pass goes") {
  const std::string out = output_of({"compare", reference, reference, "--tolerance", "0"});
  CHECK(contains(out, "57 tensors compared, tolerance 0: all within"));
  std::size_t at = 0;
  for (const char* name : {"model.language_model.embed_tokens ",
                           "model.visual.patch_embed ",
                           "model.visual.rotary_pos_emb.cos ",
                           "model.visual.rotary_pos_emb.sin ",
                           "model.visual.blocks.0.norm1 ",
                           "model.visual.blocks.0.attn ",
                           "model.visual.blocks.0.mlp ",
                           "model.visual.blocks.0 ",
                           "model.visual.deepstack_merger_list.0 ",
                           "model.visual.blocks.1.norm1 ",
                           "model.visual.blocks.3 ",
                           "model.visual.merger ",
                           "model.visual.patch_embed#2 ",
                           "model.visual.rotary_pos_emb#2.cos ",
                           "model.visual.merger#2 ",
                           "position_ids ",
                           "model.language_model.rotary_emb.sin ",
                           "model.language_model.layers.0.input_layernorm ",
                           "model.language_model.layers.0.self_attn.q_norm ",
                           "model.language_model.layers.0.self_attn.k_norm ",
                           "model.language_model.layers.0.self_attn ",
                           "model.language_model.layers.0.mlp ",
                           "model.language_model.layers.0 ",
                           "model.language_model.layers.3 ",
                           "model.language_model.norm ",
                           "logits ",
                           "logits_bf16 ",
                           "greedy_tokens "}) {
    CAPTURE(name);
    const std::size_t found = out.find(std::string(1, '\n').append(name), at);
    REQUIRE(found != std::string::npos);
    at = found;
  }
}

TEST_CASE("golden: one number changed somewhere, and that tensor is the first, with its index") {
  const TemporaryFolder folder;
  const SafetensorsFile file(reference);
  std::vector<Tensor> tensors;
  for (const TensorInfo& info : file.tensors()) {
    tensors.push_back({{info.name, info.dtype, info.shape},
                       std::string(reinterpret_cast<const char*>(info.bytes.data()), info.bytes.size())});
    const bool late = info.name == "logits", early = info.name == "model.visual.blocks.1.attn#2";
    if (!late && !early) continue;
    float& number =
        reinterpret_cast<float*>(tensors.back().bytes.data())[2 * info.shape[info.shape.rank - 1] + 5];
    number += 0.5f;
  }
  const std::string changed = write(folder, "changed", tensors);
  const Ran ran = run_program({"compare", changed, reference});
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.out, "first beyond: \"model.visual.blocks.1.attn#2\""));
  CHECK(contains(ran.out, "5.00e-01 at [2, 5]"));
  CHECK(contains(ran.out, "5.00e-01 at [0, 2, 5]"));
  CHECK(contains(ran.out, "57 tensors compared, tolerance 1e-05: 2 beyond"));
  const Ran lenient = run_program({"compare", changed, reference, "--tolerance", "1"});
  CHECK(lenient.exit_code == 0);
  const auto lines = lines_of(run_program({"compare", changed, reference, "--only-beyond"}).out);
  CHECK(lines[1].starts_with("model.visual.blocks.1.attn#2"));
  CHECK(lines[2].starts_with("logits"));
  CHECK(lines[3] == "");
}

TEST_CASE("relative error is ‖a − b‖ / ‖b‖, whatever the types of floats") {
  const std::vector<Tensor> b{row<float>("x", {3, 4})};
  CHECK(compare({row<float>("x", {3, 4.5})}, b, {"--tolerance", "0.1"}).exit_code == 0);
  CHECK(compare({row<float>("x", {3, 4.5})}, b, {"--tolerance", "0.099"}).exit_code == 1);
  CHECK(contains(compare({row<float>("x", {3, 4.5})}, b).out, "1.00e-01  5.00e-01 at [1]"));
  CHECK(compare({row<bf16>("x", {bf16(3), bf16(4)})}, b).exit_code == 0);
  CHECK(compare({row<f16>("x", {f16(3), f16(4)})}, b).exit_code == 0);
  CHECK(compare({row<double>("x", {3, 4})}, b).exit_code == 0);
  CHECK(compare({row<std::int64_t>("x", {3, 4})}, b).exit_code == 0);
  CHECK(compare({row<float>("x", {0, 0})}, {row<float>("x", {0, 0})}, {"--tolerance", "0"}).exit_code == 0);
  CHECK(contains(compare({row<float>("x", {0, 1})}, {row<float>("x", {0, 0})}).out, "inf"));
  CHECK(compare({row<float>("x", {})}, {row<float>("x", {})}).exit_code == 0);
}

TEST_CASE("integers are equal or not, whatever their width, no tolerance helps") {
  CHECK(compare({row<std::int32_t>("ids", {1, 2})}, {row<std::int64_t>("ids", {1, 2})}).exit_code == 0);
  const std::int64_t huge = (std::int64_t{1} << 60) + 1;  // a double cannot tell it from its neighbour
  const Ran ran = compare({row<std::int64_t>("ids", {huge, 2})}, {row<std::int64_t>("ids", {huge - 1, 2})},
                          {"--tolerance", "9"});
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.out, "1 differ"));
  CHECK(contains(compare({row<std::int64_t>("ids", {7, 2})}, {row<std::int64_t>("ids", {7, 5})}).out,
                 "3 at [1]"));
}

TEST_CASE("NaN and infinity in one file alone are beyond any tolerance, in both they are equal") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const auto differs = [](float a, float b) {
    return compare({row<float>("x", {1, a})}, {row<float>("x", {1, b})}, {"--tolerance", "1e30"}).exit_code ==
           1;
  };
  CHECK(differs(nan, 1));
  CHECK(differs(1, nan));
  CHECK(differs(inf, 1));
  CHECK(differs(inf, -inf));
  CHECK(differs(nan, inf));
  CHECK_FALSE(differs(nan, nan));
  CHECK_FALSE(differs(inf, inf));
  CHECK(contains(compare({row<float>("x", {1, nan})}, {row<float>("x", {1, 2})}).out,
                 "1 NaN or inf  inf at [1]"));
}

TEST_CASE("another shape is a difference, also with the same numbers") {
  const Ran ran = compare({tensor<float>("x", {2, 1}, {1, 2})}, {tensor<float>("x", {1, 2}, {1, 2})});
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.out, "[2, 1]  shape [1, 2]"));
}

TEST_CASE("tensors in one file alone are listed, and count only with --strict") {
  const std::vector<Tensor> a{row<float>("x", {1}), row<float>("ours", {1})};
  const std::vector<Tensor> b{row<float>("x", {1}), row<float>("theirs", {1})};
  const Ran ran = compare(a, b);
  CHECK(ran.exit_code == 0);
  CHECK(contains(ran.out, "a (1):\n  ours\n"));
  CHECK(contains(ran.out, "b (1):\n  theirs\n"));
  CHECK(compare(a, b, {"--strict"}).exit_code == 1);
  CHECK(compare(a, a, {"--strict"}).exit_code == 0);
}

TEST_CASE("refusals: nothing in common, no such file, a type that is no number") {
  const Ran ran = compare({row<float>("x", {1})}, {row<float>("y", {1})});
  CHECK(ran.exit_code == 1);
  CHECK(contains(ran.error, "have no tensor in common"));
  check_refuses(1, "nowhere.safetensors", {"compare", "nowhere.safetensors", reference});
  Tensor eight{{"x", StoredDtype::F8_E4M3, {1}}, std::string(1, '\0')};
  CHECK(contains(compare({eight}, {eight}).error, "is F8_E4M3, which cannot be compared"));
}

TEST_CASE("forward order: a DeepStack merger follows the block it taps, as released") {
  for (const int depth : {24, 27}) {
    CAPTURE(depth);
    std::vector<std::string> names{"visual.deepstack_merger_list.1", "visual.merger"};
    for (int block = 0; block < depth; ++block) names.push_back("visual.blocks." + std::to_string(block));
    const auto sorted = in_forward_order(names);
    const auto merger = std::find(sorted.begin(), sorted.end(), names[0]);
    CHECK(*(merger - 1) == (depth == 24 ? "visual.blocks.11" : "visual.blocks.16"));
    CHECK(sorted.back() == "visual.merger");
  }
}

TEST_CASE("forward order: weights and gradients too, numbers as numbers, unknown names last") {
  const std::vector<std::string> sorted{"input_ids",
                                        "model.language_model.embed_tokens.weight",
                                        "model.visual.blocks.0.attn.qkv.weight",
                                        "model.visual.blocks.0.attn.qkv.bias",
                                        "model.visual.blocks.0.attn",
                                        "model.language_model.layers.2.mlp.up_proj.weight",
                                        "model.language_model.layers.2",
                                        "model.language_model.layers.10.input_layernorm",
                                        "model.language_model.norm.weight",
                                        "lm_head.weight",
                                        "greedy_tokens",
                                        "another",
                                        "stranger"};
  std::vector<std::string> shuffled(sorted.rbegin(), sorted.rend());
  CHECK(in_forward_order(shuffled) == sorted);
  CHECK(
      in_forward_order({"a..b", "", "#", "x#y", "deepstack_merger_list", "deepstack_merger_list.x"}).size() ==
      6);
}
