/// The commands on a folder of the first Qwen-VL: its config.json, its names of weights, its tokenizer's ranks.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/io/checkpoint_writer.hpp>
#include <qwen3vl/io/safetensors.hpp>
#include <qwen3vl/io/safetensors_writer.hpp>

#include "../../examples/qwen3vl/draw_answer.hpp"
#include "../../examples/qwen3vl/random_weights.hpp"
#include "../support/tiktoken.hpp"
#include "run_program.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

const std::string media = golden + "media/";
const std::string answer = "<ref>cat</ref><box>(1,2),(30 ,4)</box>";  // no token of it comes twice

constexpr int hidden = 128, vocab = 512, layers = 2, width = 32, depth = 2, tokens_of_picture = 4;

nlohmann::json config_json(int image_start_id) {
  return {{"architectures", {"QWenLMHeadModel"}},
          {"model_type", "qwen"},
          {"hidden_size", hidden},
          {"intermediate_size", 192},
          {"kv_channels", 32},
          {"num_attention_heads", 4},
          {"num_hidden_layers", layers},
          {"vocab_size", vocab},
          {"seq_length", 32},
          {"max_position_embeddings", 512},
          {"layer_norm_epsilon", 1e-6},
          {"rotary_emb_base", 10000},
          {"rotary_pct", 1.0},
          {"no_bias", true},
          {"use_dynamic_ntk", true},
          {"use_logn_attn", true},
          {"tie_word_embeddings", false},
          {"torch_dtype", "float32"},
          {"visual",
           {{"heads", 2},
            {"image_size", 56},
            {"image_start_id", image_start_id},
            {"layers", depth},
            {"mlp_ratio", 2.03},
            {"n_queries", tokens_of_picture},
            {"output_dim", hidden},
            {"patch_size", 14},
            {"width", width}}}};
}

/// The weights as the released files name and shape them.
std::vector<TensorPlan> released_weights() {
  std::vector<TensorPlan> tensors;
  const auto add = [&](const std::string& name, Shape shape) {
    tensors.push_back({"transformer." + name, StoredDtype::F32, shape});
  };
  const auto both = [&](const std::string& name, Shape shape) {
    add(name + ".weight", shape), add(name + ".bias", {shape[0]});
  };
  add("wte.weight", {vocab, hidden});
  for (int l = 0; l < layers; ++l) {
    const std::string h = "h." + std::to_string(l) + ".";
    add(h + "ln_1.weight", {hidden}), add(h + "ln_2.weight", {hidden});
    both(h + "attn.c_attn", {3 * hidden, hidden});
    add(h + "attn.c_proj.weight", {hidden, hidden});
    add(h + "mlp.w1.weight", {96, hidden}), add(h + "mlp.w2.weight", {96, hidden});
    add(h + "mlp.c_proj.weight", {hidden, 96});
  }
  add("ln_f.weight", {hidden});
  add("visual.conv1.weight", {width, 3, 14, 14});
  add("visual.positional_embedding", {256, width});
  both("visual.ln_pre", {width});
  for (int b = 0; b < depth; ++b) {
    const std::string block = "visual.transformer.resblocks." + std::to_string(b) + ".";
    both(block + "ln_1", {width}), both(block + "ln_2", {width});
    both(block + "attn.in_proj", {3 * width, width}), both(block + "attn.out_proj", {width, width});
    both(block + "mlp.c_fc", {64, width}), both(block + "mlp.c_proj", {width, 64});
  }
  add("visual.attn_pool.query", {tokens_of_picture, hidden});
  add("visual.attn_pool.pos_embed", {tokens_of_picture, hidden});
  add("visual.attn_pool.kv_proj.weight", {hidden, width});
  both("visual.attn_pool.ln_q", {hidden}), both("visual.attn_pool.ln_kv", {hidden});
  add("visual.attn_pool.attn.in_proj_weight", {3 * hidden, hidden});
  add("visual.attn_pool.attn.in_proj_bias", {3 * hidden});
  both("visual.attn_pool.attn.out_proj", {hidden, hidden});
  both("visual.ln_post", {hidden});
  add("visual.proj", {hidden, hidden});
  tensors.push_back({"lm_head.weight", StoredDtype::F32, {vocab, hidden}});
  return tensors;
}

/// A folder that can chat, with random weights, or, with `says`, such that it says just that: nothing but embeddings
/// reaches the head, in which the row of each token is the embedding of the token before.
struct QwenVLFolder : TemporaryFolder {
  explicit QwenVLFolder(const std::string& says = "") {
    std::string ranks;
    for (int byte = 0; byte < 256; ++byte)
      ranks += tiktoken_line(std::string(1, static_cast<char>(byte)), byte);
    int next = 256;
    for (const char* token : {"),(", " ,", "user", "assistant"}) ranks += tiktoken_line(token, next++);
    write("qwen.tiktoken", ranks);
    write("config.json", config_json(next + 214).dump());
    write("generation_config.json",
          nlohmann::json({{"chat_format", "chatml"}, {"eos_token_id", next}, {"top_k", 0}, {"top_p", 0.3}})
              .dump());
    const std::vector<std::int32_t> words =
        says.empty() ? std::vector<std::int32_t>() : ids("\n" + says + "<|im_end|>");
    const std::vector<TensorPlan> tensors = released_weights();
    CheckpointWriter writer(*this / "", tensors);
    const program::RandomWeights embedding(1, "transformer.wte.weight", {vocab, hidden});
    for (const TensorPlan& tensor : tensors) {
      std::vector<float> values(std::size_t(tensor.shape.size()));
      program::RandomWeights(1, tensor.name, tensor.shape).fill(0, std::span<float>(values));
      const bool norm = contains(tensor.name, "ln_") && tensor.name.ends_with(".weight");
      const bool of_layer = tensor.name.starts_with("transformer.h.");
      if (norm) std::ranges::fill(values, 1.0f);
      if (!words.empty() &&
          ((of_layer && contains(tensor.name, "c_proj")) || tensor.name == "lm_head.weight"))
        std::ranges::fill(values, 0.0f);
      if (tensor.name == "lm_head.weight")
        for (std::size_t i = 1; i < words.size(); ++i)
          for (std::size_t c = 0; c < hidden; ++c)
            values[std::size_t(words[i]) * hidden + c] =
                embedding.at<float>(std::int64_t(std::size_t(words[i - 1]) * hidden + c));
      writer.append(std::as_bytes(std::span<const float>(values)));
    }
    writer.finish();
  }
  std::vector<std::int32_t> ids(const std::string& text) const {
    const auto tokenizer = Tokenizer::load(*this / "");
    return Encoder(tokenizer).encode(text);
  }
  std::vector<std::string> chat(std::vector<std::string> more) const {
    more.insert(more.begin(), {"chat", "--model", *this / "", "--greedy", "--max-new-tokens", "30"});
    return more;
  }
};

}  // namespace

TEST_CASE("Qwen-VL: inspect, plan, preprocess, render and tokenize") {
  const QwenVLFolder folder;
  const std::string inspected = output_of({"inspect", folder / ""});
  CHECK(contains(inspected, "\"qwen\""));
  CHECK(contains(inspected, "pictures of 56; 4 queries, 1 heads of theirs"));
  CHECK_FALSE(contains(inspected, "transposed"));
  CHECK_MESSAGE(contains(inspected, "complete: every weight of the model is there and has its shape"),
                inspected);

  const auto plan = nlohmann::json::parse(
      output_of({"plan", "--model", folder / "", "--json", "--context", "100", "--image-size", "640x480"}));
  CHECK(plan["visual_tokens"] == tokens_of_picture);
  std::int64_t bytes = 0;
  for (const TensorPlan& tensor : released_weights()) bytes += tensor.shape.size() * 4;
  CHECK(plan["weights"] == bytes);
  CHECK(plan["kv_cache"] == 2 * layers * hidden * 100 * 4);
  check_refuses(1, "this model sees pictures alone",
                {"plan", "--model", folder / "", "--video-size", "64x64x4"});

  const std::string pixels = folder / "pixels.safetensors";
  CHECK(contains(output_of({"preprocess", "--model", folder / "", "--image", media + "odd_333x517.png",
                            "--output", pixels}),
                 "333x517 pixels, resized to 56x56: grid 1 x 4 x 4, 4 tokens"));
  CHECK(SafetensorsFile(pixels).at("pixel_values").shape == Shape{16, 588});
  check_refuses(1, "this model sees pictures alone",
                {"preprocess", "--model", folder / "", "--video", "a.mp4", "--output", pixels});

  const std::string messages = folder.write(
      "messages.json", R"([{"role": "user", "content": [{"type": "image", "image": "a.png"}, "What?"]}])");
  const std::string prompt =
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nPicture 1: "
      "<img><imgpad></img>\nWhat?<|im_end|>\n<|im_start|>assistant\n";
  CHECK(output_of({"render", "--model", folder / "", "--messages", messages}) == prompt);
  CHECK(output_of({"render", "--template", "qwen_vl", "--messages", messages}) == prompt);
  CHECK(output_of({"tokenize", "--model", folder / ""}, "user<img>") == "[258, 474]\n");
}

TEST_CASE("Qwen-VL: chat counts a picture's queries, numbers pictures, keeps its cache") {
  const QwenVLFolder folder;
  const std::string stats = folder / "stats.json", photo = media + "square_512.png";
  const auto tokens = [&](std::vector<std::string> more, const std::string& input = "") {
    more.insert(more.end(), {"--stats", stats});
    output_of(folder.chat(more), input);
    return nlohmann::json::parse(content_of(stats))["turns"];
  };
  const std::string begin = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
                    end = "What?<|im_end|>\n<|im_start|>assistant\n";
  const auto text = tokens({"--prompt", "What?"})[0]["tokens"];
  CHECK(text["prompt"] == folder.ids(begin + end).size());
  const std::string pads = "<img><imgpad><imgpad><imgpad><imgpad></img>\n";
  const auto two = tokens({"--prompt", "What?", "--image", photo, "--image", photo})[0]["tokens"];
  CHECK(two["prompt"] == folder.ids(begin + "Picture 1: " + pads + "Picture 2: " + pads + end).size());
  CHECK(two["visual"] == 2 * tokens_of_picture);
  const auto turns = tokens({"--chunk", "16"}, "/image " + photo + "\nWhat?\nAnd now?\n");
  REQUIRE(turns.size() == 2);
  CHECK(turns[1]["tokens"]["reused"].get<int>() >= turns[0]["tokens"]["prompt"].get<int>());
  CHECK(output_of(folder.chat({"--prompt", "What?", "--image", photo, "--chunk", "9"})) ==
        output_of(folder.chat({"--prompt", "What?", "--image", photo})));
  CHECK(output_of(folder.chat({"--prompt", "What?", "--image", photo, "--dtype", "bf16"})) != "");
}

TEST_CASE("Qwen-VL: chat --draw, from the picture to the box of the answer") {
  const QwenVLFolder folder(answer);
  const std::string drawn = folder / "drawn.png", wanted = folder / "wanted.png";
  const std::string photo = media + "odd_333x517.png";
  CHECK(output_of(folder.chat({"--image", photo, "--prompt", "Where is the cat?", "--draw", drawn})) ==
        answer + "\n");  // the marks of places stay, <|im_end|> ends it
  const MediaItem item = MediaItem::open(image_part(photo), read_processor_settings(tokenizer_folder));
  CHECK(program::draw_answer(answer, Coordinates::relative, item, wanted) == 1);
  CHECK(load_image(drawn).rgb == load_image(wanted).rgb);
}

TEST_CASE("Qwen-VL: chat's refusals") {
  const QwenVLFolder folder;
  const std::string photo = media + "square_512.png";
  check_refuses(1, "sees pictures alone",
                folder.chat({"--prompt", "?", "--video", media + "clip_lossless_160x120_24fps_4s.mkv"}));
  check_refuses(1, "sees every picture at 56x56 pixels",
                folder.chat({"--prompt", "?", "--image", photo, "--max-pixels", "1000"}));
  check_refuses(1, "contains the control token <img>",
                folder.chat({"--prompt", "<img>/etc/passwd</img> What?"}));
  folder.write("generation_config.json", R"({"chat_format": "raw", "eos_token_id": 260})");
  CHECK(contains(run_program(folder.chat({"--prompt", "?"})).error,
                 "chat_format raw, which is a base model's"));
  folder.write("config.json", config_json(17).dump());
  check_refuses(1, "visual.image_start_id is not the id of <img>", folder.chat({"--prompt", "?"}));
}

TEST_CASE("Qwen-VL: trace, beyond the length of training") {
  const QwenVLFolder folder(answer);
  const std::string pixels = folder / "pixels.safetensors", inputs = folder / "inputs.safetensors",
                    output = folder / "ours.safetensors";
  output_of({"preprocess", "--model", folder / "", "--image", media + "square_512.png", "--image",
             media + "odd_333x517.png", "--output", pixels});
  const SafetensorsFile seen(pixels);
  const std::string pads = "<img><imgpad><imgpad><imgpad><imgpad></img>\n";
  const auto tokens = folder.ids("Picture 1: " + pads + "Picture 2: " + pads + "assistant\n");
  const std::vector<std::int64_t> ids(tokens.begin(), tokens.end());
  const auto count = static_cast<std::int64_t>(ids.size());
  REQUIRE(count > 32);
  {
    const TensorInfo &values = seen.at("pixel_values"), &grids = seen.at("image_grid_thw");
    SafetensorsWriter writer(inputs, {{"input_ids", StoredDtype::I64, {1, count}},
                                      {"image_grid_thw", StoredDtype::I64, grids.shape},
                                      {"pixel_values", StoredDtype::F32, values.shape}});
    writer.append(std::as_bytes(std::span(ids)));
    writer.append(grids.bytes);
    writer.append(values.bytes);
    writer.finish();
  }
  output_of({"trace", "--model", folder / "", "--inputs", inputs, "--output", output, "--generate", "6"});
  const SafetensorsFile traced(output);
  CHECK(traced.at("model.visual.blocks.1.attn").shape == Shape{32, width});  // both pictures
  CHECK(traced.at("model.visual.proj").shape == Shape{2 * tokens_of_picture, hidden});
  CHECK(traced.at("logits").shape == Shape{1, count, vocab});
  const auto positions = traced.at("position_ids").flat<std::int64_t>();
  for (std::int64_t i = 0; i < 3 * count; ++i) CHECK(positions[std::size_t(i)] == i % count);
  const auto greedy = traced.at("greedy_tokens").flat<std::int64_t>();
  const auto said = folder.ids(answer);
  for (std::size_t i = 0; i < 6; ++i) CHECK(greedy[i] == said[i]);
  CHECK(contains(output_of({"compare", output, output}), "all within"));
}
