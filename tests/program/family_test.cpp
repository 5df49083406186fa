/// The commands on each of the family's models: a folder is enough, its config.json decides.
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/io/checkpoint_writer.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/model/any_model.hpp>
#include <qwen3vl/model/config.hpp>

#include "../../examples/qwen3vl/random_weights.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

struct GoldenModel {
  const char *name, *checkpoint, *words;  // words: of inspect
};
constexpr GoldenModel models[] = {
    {"qwen3vl_yarn", "yarn", "\"qwen3_vl\""},
    {"qwen3vl_moe", "moe", "experts 2 of 8 a token, MLP 24 each"},
    {"qwen25vl_image_video", "qwen25vl", "\"qwen2_5_vl\""},
    {"qwen2vl_image_video", "qwen2vl", "\"qwen2_vl\""},
};

std::string folded(const std::string& text) {
  std::string result;
  for (const char c : text)
    if (c != ' ' || !result.ends_with(' ')) result += c;
  return result;
}

/// A golden model's sizes with the real vocabulary, random weights, a tokenizer and a preprocessor: it can chat.
void make_talker(const TemporaryFolder& folder, const char* checkpoint) {
  Json json = read_json_file(golden + "models/" + checkpoint + "/config.json");
  json["text_config"]["vocab_size"] = 151936;
  json["image_token_id"] = 151655, json["video_token_id"] = 151656;
  json["vision_start_token_id"] = 151652, json["vision_end_token_id"] = 151653;
  folder.write("config.json", json.dump());
  folder.write("preprocessor_config.json", R"({"min_pixels": 256, "max_pixels": 4096, "patch_size": 4,
    "temporal_patch_size": 2, "merge_size": 2, "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711]})");
  for (const char* file : {"vocab.json", "merges.txt", "tokenizer_config.json"})
    folder.write(file, content_of(tokenizer_folder + "/" + file));
  folder.write("chat_template.jinja", "");
  const Qwen3VLConfig config = read_config(json, "config.json");
  std::vector<TensorPlan> tensors;
  AnyModel<DryRun, float> model(config);
  AnyModel<DryRun, float>::weights(model, config, [&](std::string_view name, auto&, Shape shape) {
    tensors.push_back({std::string(name), StoredDtype::F32, shape});
  });
  CheckpointWriter writer(folder / "", tensors);
  for (const TensorPlan& tensor : tensors) {
    std::vector<float> values(std::size_t(tensor.shape.size()));
    program::RandomWeights(1, tensor.name, tensor.shape).fill(0, std::span<float>(values));
    writer.append(std::as_bytes(std::span<const float>(values)));
  }
  writer.finish();
}

}  // namespace

TEST_CASE("golden: trace of every generation, in its dialect") {
  const TemporaryFolder folder;
  for (const GoldenModel& model : models) {
    CAPTURE(model.name);
    const std::string inputs = golden + "models/" + model.name, output = folder / "ours.safetensors";
    output_of({"trace", "--model", golden + "models/" + model.checkpoint, "--inputs",
               inputs + "/inputs.safetensors", "--output", output, "--dialect", "transformers5"});
    const std::string compared = output_of({"compare", output, inputs + "/expected.safetensors"});
    CHECK_MESSAGE(contains(compared, "all within"), compared);
    CHECK(contains(output_of({"trace", "--model", golden + "models/" + model.checkpoint, "--inputs",
                              inputs + "/inputs.safetensors", "--output", output}),
                   "tensors of 1 x "));
  }
}

TEST_CASE("inspect knows every generation weight by weight") {
  for (const GoldenModel& model : models) {
    CAPTURE(model.name);
    const std::string out = folded(output_of({"inspect", golden + "models/" + model.checkpoint}));
    CHECK(contains(out, model.words));
    CHECK(contains(out, "complete: every weight of the model is there and has its shape"));
  }
}

TEST_CASE(
    "plan: a million tokens with YaRN, a mixture of experts, a clip whose frames are sized each for itself") {
  const TemporaryFolder folder;
  Json json = read_json_file(golden + "models/yarn/config.json");
  json["text_config"]["max_position_embeddings"] = 1'000'000;
  folder.write("config.json", json.dump());
  const auto plan = [&](const std::string& model, std::vector<std::string> more) {
    more.insert(more.begin(), {"plan", "--model", model, "--json"});
    return nlohmann::json::parse(output_of(more));
  };
  const auto million = plan(folder / "", {"--context", "1000000", "--dtype", "bf16"});
  CHECK(million["kv_cache"] ==
        std::int64_t{2} * 4 * 2 * 32 * 1'000'000 * 2);  // layers, heads of keys, head_dim, bf16
  const SafetensorsFile experts(golden + "models/moe/model.safetensors");
  std::size_t stored = 0;
  for (const TensorInfo& tensor : experts.tensors()) stored += tensor.bytes.size();
  CHECK(plan(golden + "models/moe", {"--context", "4096", "--dtype", "f32"})["weights"] == stored);
  const TemporaryFolder two;
  make_talker(two, "qwen2vl");
  const auto clip = plan(two / "", {"--video-size", "64x32x10", "--context", "512"});
  CHECK(clip["visual_tokens"] == 5 * 4 * 8);  // 5 groups of 32 x 64 pixels, 8 x 8 a token
}

TEST_CASE("chat with Qwen2-VL and Qwen2.5-VL: pictures, clips, one group of placeholders for a clip") {
  const std::string media = golden + "media/";
  for (const char* checkpoint : {"qwen2vl", "qwen25vl"}) {
    CAPTURE(checkpoint);
    const TemporaryFolder folder;
    make_talker(folder, checkpoint);
    const std::string stats = folder / "stats.json";
    const auto ask = [&](std::vector<std::string> more) {
      std::vector<std::string> arguments{"chat",        "--model",  folder / "",        "--prompt",
                                         "What is it?", "--greedy", "--max-new-tokens", "6",
                                         "--stats",     stats};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const Ran ran = run_program(arguments);
      CHECK_MESSAGE(ran.exit_code == 0, ran.error);
      return nlohmann::json::parse(content_of(stats))["turns"][0]["tokens"];
    };
    const int text = ask({})["prompt"].get<int>();
    CHECK(text == 23);  // a system turn that nobody asked for, the question, the answer's beginning
    const auto image = ask({"--image", media + "square_512.png"});
    CHECK(image["visual"] == 64);  // within 4096 pixels: 64 x 64, 8 x 8 a token
    CHECK(image["prompt"] == text + 2 + 64);
    const auto clip = ask({"--video", media + "clip_lossless_160x120_24fps_4s.mkv"});
    CHECK(clip["visual"].get<int>() % 4 == 0);                      // 8 frames in 4 groups
    CHECK(clip["prompt"] == text + 2 + clip["visual"].get<int>());  // no times between the groups
    CHECK(ask({"--video", media + "clip_lossless_160x120_24fps_4s.mkv", "--dialect", "transformers5"}) ==
          clip);
  }
}
