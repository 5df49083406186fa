/// The commands on each of the family's models: a folder is enough, its config.json decides.
#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/io/checkpoint_writer.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/model/any_model.hpp>
#include <qwen3vl/model/config.hpp>

#include "../../examples/qwen3vl/draw_answer.hpp"
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

/// Tokens that follow each other, the first of them a prompt's last. None comes twice.
using Words = std::vector<std::int32_t>;

/// Random weights, or, of a parrot, such that it says its words: nothing but embeddings reaches the head, in which
/// the row of each word is the embedding of the word before.
std::vector<float> weights_of(const TensorPlan& tensor, const Words& words) {
  const program::RandomWeights weights(1, tensor.name, tensor.shape);
  std::vector<float> values(std::size_t(tensor.shape.size()));
  if (words.empty() || tensor.name != "lm_head.weight") weights.fill(0, std::span<float>(values));
  if (words.empty()) return values;
  const bool silent = tensor.name.starts_with("model.language_model.layers.") &&
                      (tensor.name.ends_with("o_proj.weight") || tensor.name.ends_with("down_proj.weight"));
  if (silent) std::ranges::fill(values, 0.0f);
  const auto hidden = std::size_t(tensor.shape[1]);
  const program::RandomWeights embedding(1, "model.language_model.embed_tokens.weight", tensor.shape);
  if (tensor.name == "lm_head.weight")
    for (std::size_t i = 1; i < words.size(); ++i)
      for (std::size_t c = 0; c < hidden; ++c)
        values[std::size_t(words[i]) * hidden + c] =
            embedding.at<float>(std::int64_t(std::size_t(words[i - 1]) * hidden + c));
  return values;
}

/// The ids of an answer and what stands before and behind it.
Words parrot(const std::string& answer) {
  const auto tokenizer = Tokenizer::load(tokenizer_folder);
  return Encoder(tokenizer).encode("\n" + answer + "<|im_end|>");
}

/// A golden model's sizes with the real vocabulary, random weights, a tokenizer and a preprocessor: it can chat.
void make_talker(const TemporaryFolder& folder, const char* checkpoint, const Words& words = {}) {
  Json json = read_json_file(golden + "models/" + checkpoint + "/config.json");
  json["text_config"]["vocab_size"] = 151936;
  if (!words.empty()) json["tie_word_embeddings"] = json["text_config"]["tie_word_embeddings"] = false;
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
    const std::vector<float> values = weights_of(tensor, words);
    writer.append(std::as_bytes(std::span(values)));
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

TEST_CASE(
    "preprocess makes of a clip what chat makes of it, for Qwen2-VL and Qwen2.5-VL: each frame for itself") {
  const std::string clip = golden + "media/clip_lossless_160x120_24fps_4s.mkv";
  for (const char* checkpoint : {"qwen2vl", "qwen25vl"}) {
    CAPTURE(checkpoint);
    const TemporaryFolder folder;
    make_talker(folder, checkpoint);
    const std::string stats = folder / "stats.json", patches = folder / "out.safetensors";
    CHECK(!contains(output_of({"preprocess", "--model", folder / "", "--video", clip, "--output", patches}),
                    "<"));
    run_program({"chat", "--model", folder / "", "--prompt", "Hi", "--greedy", "--max-new-tokens", "2",
                 "--video", clip, "--stats", stats});
    const SafetensorsFile file(patches);
    const auto grid = file.at("video_grid_thw").flat<std::int64_t>();
    CHECK(grid[0] * grid[1] * grid[2] / 4 ==
          nlohmann::json::parse(content_of(stats))["turns"][0]["tokens"]["visual"].get<int>());
    CHECK(file.at("second_per_grid_ts").flat<float>()[0] ==
          doctest::Approx(1.0));  // two frames, two a second
  }
}

TEST_CASE("chat --draw: each generation's coordinates in its own unit") {
  const std::string media = golden + "media/square_512.png", answer = "(1,2),(30 ,4)";
  for (const auto& [checkpoint, unit] : {std::pair{"qwen25vl", Coordinates::resized},
                                         {"qwen2vl", Coordinates::relative},
                                         {"yarn", Coordinates::relative}}) {
    CAPTURE(checkpoint);
    const TemporaryFolder folder;
    make_talker(folder, checkpoint, parrot(answer));
    const std::string drawn = folder / "drawn.png", wanted = folder / "wanted.png";
    const Ran ran = run_program({"chat", "--model", folder / "", "--image", media, "--prompt", "Where?",
                                 "--greedy", "--max-new-tokens", "16", "--draw", drawn});
    CHECK_MESSAGE(ran.exit_code == 0, ran.error);
    CHECK(ran.out == answer + "\n");
    const ClipRule rule = std::string(checkpoint) == "yarn" ? ClipRule::whole_clip : ClipRule::each_frame;
    const MediaItem item = MediaItem::open(image_part(media), read_processor_settings(folder / "", rule));
    CHECK(item.placement().resized == PixelSize{64, 64});
    CHECK(program::draw_answer(answer, unit, item, wanted) == 1);
    CHECK(load_image(drawn).rgb == load_image(wanted).rgb);
  }
}
