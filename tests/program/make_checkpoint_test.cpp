/// make-checkpoint: a folder like a downloaded one, under whose weights a forward pass keeps its head.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/generate/generation_config.hpp>
#include <qwen3vl/generate/session.hpp>
#include <qwen3vl/input/processor_settings.hpp>
#include <qwen3vl/model/config.hpp>
#include <qwen3vl/model/load.hpp>
#include <qwen3vl/model/models.hpp>
#include <qwen3vl/text/position_ids.hpp>

#include "../../examples/qwen3vl/checkpoint_shapes.hpp"
#include "../../examples/qwen3vl/random_weights.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

/// A tiny checkpoint in a folder of its own.
struct Made {
  TemporaryFolder folder;
  std::string said;

  explicit Made(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"make-checkpoint", "--shape", "tiny", "--output", folder / "made"});
    said = output_of(options);
  }
  std::string operator/(const std::string& name) const { return folder / "made/" + name; }
  std::string weights() const { return content_of(*this / "model.safetensors"); }
};

Qwen3VLConfig config_of(const Made& made) {
  return read_qwen3_vl_config(read_json_file(made / "config.json"), "config.json");
}

struct Logits {
  std::vector<float> values;
  double mean = 0, deviation = 0;
  int best = 0;
};

/// Logits behind a prompt with one picture of 4 × 6 patches, by the whole model.
template <Element T> Logits run_model(const Made& made, int last_id) {
  const Qwen3VLConfig config = config_of(made);
  Cpu cpu(2);
  Checkpoint checkpoint(made / "");
  const auto loaded = load<Qwen3VL<Cpu, T>>(cpu, checkpoint, config);
  CHECK(loaded.unused.empty());
  const std::vector<Grid> grids{{1, 4, 6}};
  std::vector<float> pixels(24 * 1536);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = std::sin(0.1f * static_cast<float>(i));
  std::vector<int> ids{9707, config.vision_start_token_id};
  for (int i = 0; i < 6; ++i) ids.push_back(config.image_token_id);
  ids.insert(ids.end(), {config.vision_end_token_id, 1879, last_id});
  const VisionTokenIds vision{config.image_token_id, config.video_token_id};
  const PositionIds positions =
      position_ids(ids, vision, grids, {}, 2, TextTimestamps{}, AfterVision::behind_all_axes);
  const std::vector<int> visual = visual_rows(ids, vision, 0, 6);

  Session session(cpu, loaded.model, config, SessionSize{1, 32, 32, false});
  session.expect_visual_tokens(6);
  session.see(View<const float, 2>(pixels.data(), {24, 1536}), grids);
  const SequenceInput input{ids, positions.positions, visual, 0};
  const auto logits = session.read(std::span(&input, 1));
  Logits result{{logits.data, logits.data + logits.size()}};
  const double n = static_cast<double>(result.values.size());
  for (const float x : result.values) result.mean += x / n;
  for (const float x : result.values) result.deviation += (x - result.mean) * (x - result.mean) / n;
  result.deviation = std::sqrt(result.deviation);
  result.best =
      static_cast<int>(std::max_element(result.values.begin(), result.values.end()) - result.values.begin());
  return result;
}

}  // namespace

using program::config_of_shape;
using program::RandomWeights;

TEST_CASE("the folder has all that a released one has, and every reader of ours takes it") {
  const Made made({"--tokenizer", tokenizer_folder});
  const std::vector<std::string> names = [&] {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(made / ""))
      found.push_back(entry.path().filename());
    std::sort(found.begin(), found.end());
    return found;
  }();
  CHECK(names == std::vector<std::string>{"chat_template.jinja", "config.json", "generation_config.json",
                                          "merges.txt", "model.safetensors", "preprocessor_config.json",
                                          "tokenizer_config.json", "video_preprocessor_config.json",
                                          "vocab.json"});
  CHECK(contains(made.said, "10,631,680 weights in 121 tensors, 21.3 MB in bf16"));

  const Qwen3VLConfig config = config_of(made);
  CHECK(config.text_config.rope_theta == 5e6);
  CHECK(config.dtype == "bfloat16");
  const ProcessorSettings settings = read_processor_settings(made / "");
  CHECK_NOTHROW(expect_same_patches(settings, config.vision_config));
  CHECK(settings.image.budget.max_pixels == 16'777'216);
  CHECK(settings.video.resize.clip.max_pixels == 25'165'824);
  const GenerationConfig generation = load_generation_config(made / "");
  CHECK(generation.sampling.temperature == 0.7);
  CHECK(generation.stop_ids == std::vector<std::int32_t>{151645, 151643});
  CHECK(contains(output_of({"inspect", made / ""}), "complete"));
  CHECK(output_of({"tokenize", "--model", made / ""}, "Hello") == "[9707]\n");
}

namespace {

std::int64_t count_of(const Qwen3VLConfig& config) {
  return with_model_type<DryRun, bf16>(
      config.generation, [&](auto type) { return count_weights<typename decltype(type)::type>(config); });
}

}  // namespace

TEST_CASE("the shapes are the released ones: what they say of themselves, and how many weights they have") {
  const auto count = [](const char* shape) { return count_of(config_of_shape(shape)); };
  CHECK(count("2b") == 2'127'532'032);
  CHECK(count("4b") == 4'437'815'808);
  CHECK(count("8b") == 8'767'123'696);
  CHECK(count("32b") == 33'357'390'064);
  CHECK(count("30b-a3b") == 31'070'754'032);
  CHECK(count("235b-a22b") == 235'670'022'896);
  for (const char* shape : {"tiny", "2b", "4b", "8b", "32b", "30b-a3b", "235b-a22b"}) {
    CAPTURE(shape);
    const Qwen3VLConfig config = config_of_shape(shape);
    const std::string text = to_text(program::config_json(config, "bfloat16"), "config.json");
    const Qwen3VLConfig read = read_config(parse_json(text, "config.json"), "config.json");
    CHECK(read.warnings.empty());
    CHECK(count_of(read) == count(shape));
    CHECK(read.text_config.mrope_section == config.text_config.mrope_section);
    CHECK(read.vision_config.deepstack_visual_indexes == config.vision_config.deepstack_visual_indexes);
  }
  CHECK_THROWS_AS(config_of_shape("7b"), Error);
}

TEST_CASE(
    "a forward pass through tower and decoder stays finite, spreads its logits, and listens to its prompt") {
  const Made made;
  const Logits one = run_model<bf16>(made, 11), other = run_model<bf16>(made, 13);
  for (const Logits* logits : {&one, &other}) {
    CHECK(
        std::all_of(logits->values.begin(), logits->values.end(), [](float x) { return std::isfinite(x); }));
    CHECK(logits->deviation > 0.3);
    CHECK(logits->deviation < 3);
    CHECK(std::abs(logits->mean) < 0.1);
  }
  CHECK(one.best != other.best);
  CHECK(one.best != 11);  // not merely the last token again

  const Made wide({"--dtype", "f32"});
  const Logits exact = run_model<float>(wide, 11);
  double apart = 0, norm = 0;
  for (std::size_t i = 0; i < exact.values.size(); ++i) {
    apart += std::pow(exact.values[i] - one.values[i], 2);
    norm += std::pow(exact.values[i], 2);
  }
  CHECK(std::sqrt(apart / norm) < 0.05);  // bf16 has 8 bits: the same weights, rounded
}

TEST_CASE("the same seed gives the same bytes on any number of threads, another seed others") {
  const Made one({"--threads", "1"}), three({"--threads", "3"}), other({"--seed", "1"});
  CHECK(one.weights() == three.weights());
  CHECK(one.weights().size() == other.weights().size());
  CHECK(one.weights() != other.weights());
}

TEST_CASE("random weights: variance 1 / inputs, no pattern between tensors, any piece by itself") {
  const Shape shape{300, 3, 10};
  std::vector<float> numbers(9000), again(9000), other(9000);
  RandomWeights(7, "a.weight", shape).fill(0, std::span(numbers));
  double sum = 0, squares = 0;
  for (const float x : numbers) sum += x, squares += double(x) * x;
  CHECK(std::abs(sum / 9000) < 4 / std::sqrt(30.0 * 9000));  // four standard errors
  CHECK(squares / 9000 == doctest::Approx(1 / 30.0).epsilon(4 * std::sqrt(0.8 / 9000)));
  RandomWeights(7, "a.weight", shape).fill(0, std::span(again).first(4096));
  RandomWeights(7, "a.weight", shape).fill(4096, std::span(again).subspan(4096));
  CHECK(again == numbers);
  for (std::int64_t i = 0; i < 9000; ++i)
    again[static_cast<std::size_t>(i)] = RandomWeights(7, "a.weight", shape).at<float>(i);
  CHECK(again == numbers);
  RandomWeights(7, "b.weight", shape).fill(0, std::span(other));
  double product = 0;
  for (std::size_t i = 0; i < 9000; ++i) product += double(numbers[i]) * other[i];
  CHECK(std::abs(product) < 4 * std::sqrt(9000.0) / 30);
}

TEST_CASE("random weights: norms are 1, biases small") {
  std::vector<bf16> numbers(64);
  for (const char* name :
       {"layers.0.input_layernorm.weight", "blocks.0.norm1.weight", "self_attn.q_norm.weight"}) {
    RandomWeights(0, name, {64}).fill(0, std::span(numbers));
    for (const bf16 x : numbers) CHECK(float(x) == 1);
  }
  RandomWeights(0, "blocks.0.norm1.bias", {64}).fill(0, std::span(numbers));
  for (const bf16 x : numbers) CHECK(std::abs(float(x)) < 0.035f);
  CHECK(std::set<float>(numbers.begin(), numbers.end()).size() > 50);
}

TEST_CASE("a folder that is not empty is left alone, unless --force, its old weights then go") {
  const TemporaryFolder folder;
  folder.write("note.txt", "mine");
  folder.write("model.safetensors.index.json", "{}");
  folder.write("model-00001-of-00002.safetensors", "old");
  const std::vector<std::string> command{"make-checkpoint", "--shape", "tiny", "--output", folder.path()};
  check_refuses(1, "is not empty", command);
  CHECK(folder.names().size() == 3);
  auto forced = command;
  forced.push_back("--force");
  output_of(forced);
  output_of(forced);
  CHECK(content_of(folder / "note.txt") == "mine");
  CHECK_FALSE(std::filesystem::exists(folder / "model-00001-of-00002.safetensors"));
  CHECK_FALSE(std::filesystem::exists(folder / "model.safetensors.index.json"));
  CHECK(contains(output_of({"inspect", folder.path()}), "complete"));
}

TEST_CASE("refusals: a file in the way, a folder that cannot be, no tokenizer, no room") {
  const TemporaryFolder folder;
  const std::string file = folder.write("file", "x");
  const auto refuses = [](const char* words, std::vector<std::string> options) {
    options.insert(options.begin(), {"make-checkpoint", "--shape", "tiny"});
    check_refuses(1, words, options);
  };
  refuses("is a file, should be a folder", {"--output", file});
  refuses("cannot make this folder", {"--output", file + "/inside"});
  refuses("no tokenizer.json", {"--output", folder / "new", "--tokenizer", folder.path()});
}
