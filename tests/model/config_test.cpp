/// config.json in both layouts, and what is refused.
#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/model/config.hpp>
#include <qwen3vl/text/recipes.hpp>

using namespace qwen3vl;

namespace {

Json golden() { return read_json_file(std::string(QWEN3VL_GOLDEN) + "/models/tied/config.json"); }

/// The same sizes as files of the first releases have them.
Json older_layout() {
  Json json = golden();
  Json& text = json["text_config"];
  const Json rope = text["rope_parameters"];
  text.erase("rope_parameters");
  text["rope_theta"] = rope["rope_theta"];
  text["rope_scaling"] = {
      {"mrope_interleaved", true}, {"mrope_section", rope["mrope_section"]}, {"rope_type", "default"}};
  json.erase("dtype");
  json["torch_dtype"] = "bfloat16";
  return json;
}

void check_refused(Json json, const char* words) {
  CHECK_THROWS_WITH_AS(read_qwen3_vl_config(json, "config.json"), doctest::Contains(words), Error);
}

}  // namespace

TEST_CASE("config.json: both layouts of the RoPE fields say the same") {
  for (const Json& json : {golden(), older_layout()}) {
    const Qwen3VLConfig config = read_qwen3_vl_config(json, "config.json");
    CHECK(config.text_config.rope_theta == 5e6);
    CHECK(config.text_config.mrope_section == std::array<int, 3>{6, 5, 5});
    CHECK(config.text_config.head_dim == 32);
    CHECK(config.text_config.tie_word_embeddings);
    CHECK(config.vision_config.deepstack_visual_indexes == std::vector<int>{0, 1, 2});
    CHECK(config.vision_config.patch_elements() == 96);
    CHECK(config.image_token_id == 500);
  }
  CHECK(read_qwen3_vl_config(older_layout(), "config.json").dtype == "bfloat16");
}

TEST_CASE("config.json: the embedding is tied when either place says so") {
  Json json = golden();
  json["tie_word_embeddings"] = false;
  CHECK(read_qwen3_vl_config(json, "config.json").text_config.tie_word_embeddings);
  json["text_config"]["tie_word_embeddings"] = false;
  CHECK_FALSE(read_qwen3_vl_config(json, "config.json").text_config.tie_word_embeddings);
}

TEST_CASE("config.json: a missing num_key_value_heads means as many as heads") {
  Json json = golden();
  json["text_config"]["num_key_value_heads"] = nullptr;
  CHECK(read_qwen3_vl_config(json, "config.json").text_config.num_key_value_heads == 4);
}

TEST_CASE("config.json: what contradicts itself or the architecture is refused, and named") {
  const auto with = [](const char* part, const char* key, const Json& value) {
    Json json = golden();
    (std::string(part).empty() ? json : json[part])[key] = value;
    return json;
  };
  check_refused(with("", "model_type", "llama"), "model_type is \"llama\", should be \"qwen3_vl\"");
  check_refused(with("text_config", "hidden_size", 0), "hidden_size is 0");
  check_refused(with("text_config", "hidden_size", "64"), "hidden_size is \"64\", should be an integer");
  check_refused(with("text_config", "hidden_size", 128), "out_hidden_size is not text_config.hidden_size");
  check_refused(with("text_config", "num_key_value_heads", 3), "not a multiple of num_key_value_heads");
  check_refused(with("text_config", "head_dim", 34), "mrope_section does not add up to head_dim / 2 = 17");
  check_refused(with("text_config", "attention_bias", true), "attention_bias");
  check_refused(with("text_config", "hidden_act", "relu"), "hidden_act is \"relu\"");
  check_refused(with("vision_config", "hidden_act", "gelu"), "gelu_pytorch_tanh");
  check_refused(with("vision_config", "num_position_embeddings", 65), "not a square");
  check_refused(with("vision_config", "deepstack_visual_indexes", {0, 1, 9}),
                "deepstack_visual_indexes[2] is 9");
  check_refused(with("vision_config", "deepstack_visual_indexes", {2, 1}), "do not increase");
  check_refused(with("vision_config", "num_heads", 5), "no multiple of 4");
  check_refused(with("", "video_token_id", 500), "are the same");
  check_refused(with("", "quantization_config", {{"quant_method", "fp8"}}), "quantised");
  Json unknown = golden();
  unknown["text_config"]["rope_parameters"]["rope_type"] = "longrope";
  check_refused(unknown, "rope_type \"longrope\" is not known");
  Json linear = golden();
  linear["text_config"]["rope_parameters"]["rope_type"] = "linear";
  check_refused(linear, "factor is missing");
  Json chunked = golden();
  chunked["text_config"]["rope_parameters"]["mrope_interleaved"] = false;
  check_refused(chunked, "mrope_interleaved is false");
  Json none = golden();
  none.erase("vision_config");
  check_refused(none, "vision_config is missing");
}

TEST_CASE("config.json: what stretches the RoPE") {
  Json json = golden();
  Json& rope = json["text_config"]["rope_parameters"];
  rope["rope_type"] = "yarn";
  rope["original_max_position_embeddings"] = 262144;
  json["text_config"]["max_position_embeddings"] = 786432;
  const auto scaling = [&] { return read_qwen3_vl_config(json, "config.json").text_config.rope_scaling; };
  CHECK(scaling().type == RopeScaling::Type::yarn);
  CHECK(scaling().factor == 3);  // of the two lengths, where it is not given
  CHECK(std::abs(scaling().attention_factor - 1.1098612288668110) <= 1e-15);
  CHECK(scaling().beta_fast == 32);
  rope["factor"] = 2, rope["beta_fast"] = nullptr, rope["beta_slow"] = 0;
  CHECK(std::abs(scaling().attention_factor - 1.0693147180559945) <= 1e-15);
  CHECK((scaling().beta_fast == 32 && scaling().beta_slow == 1));
  rope["mscale"] = 1.0, rope["mscale_all_dim"] = 1.0;
  CHECK(scaling().attention_factor == 1);
  rope["attention_factor"] = 1.5;
  CHECK(scaling().attention_factor == 1.5);
  rope["beta_slow"] = 40;
  check_refused(json, "beta_fast is below beta_slow");
  rope = {{"rope_type", "dynamic"}, {"factor", 4.0}, {"rope_theta", 1e4}, {"mrope_section", {6, 5, 5}}};
  CHECK(scaling().type == RopeScaling::Type::dynamic);
  CHECK(scaling().original_max_position_embeddings == 786432);
}

namespace {

Json golden_of(const char* name) {
  return read_json_file(std::string(QWEN3VL_GOLDEN) + "/models/" + name + "/config.json");
}
/// As Qwen2-VL and Qwen2.5-VL were published: the decoder's fields beside vision_config.
Json flat(Json json) {
  const Json text = json["text_config"], rope = text["rope_parameters"];
  json.erase("text_config");
  for (const auto& [key, value] : text.items())
    if (key != "rope_parameters" && key != "model_type") json[key] = value;
  json["rope_theta"] = rope["rope_theta"];
  json["rope_scaling"] = {{"type", "mrope"}, {"mrope_section", rope["mrope_section"]}};
  return json;
}
void check_any_refused(const Json& json, const char* words) {
  CHECK_THROWS_WITH_AS(read_config(json, "config.json"), doctest::Contains(words), Error);
}

}  // namespace

TEST_CASE("config.json of Qwen2-VL and Qwen2.5-VL: flat and nested say the same") {
  for (const char* name : {"qwen2vl", "qwen25vl"})
    for (const Json& json : {golden_of(name), flat(golden_of(name))}) {
      const Qwen3VLConfig config = read_config(json, "config.json");
      CHECK(config.warnings == std::vector<std::string>{});
      CHECK(config.text_config.head_dim == 16);
      CHECK(config.text_config.rope_theta == 1e6);
      CHECK(config.text_config.rms_norm_eps == 1e-5);
      CHECK(config.text_config.mrope_section == std::array<int, 3>{2, 3, 3});
      CHECK(config.text_config.tie_word_embeddings == (std::string(name) == "qwen2vl"));
      CHECK(config.vision_config.hidden_size == 48);
      CHECK(config.vision_config.out_hidden_size == 64);
      CHECK(config.vision_config.deepstack_visual_indexes.empty());
      CHECK(config.vision_config.intermediate_size == (std::string(name) == "qwen2vl" ? 96 : 80));
    }
  const Qwen3VLConfig config = read_config(golden_of("qwen25vl"), "config.json");
  CHECK(config.vision_config.fullatt_block_indexes == std::vector<int>{1, 3});
  CHECK((config.vision_config.window_size == 16 && config.vision_config.tokens_per_second == 2));
}

TEST_CASE("config.json of a mixture of experts") {
  Json json = golden_of("moe");
  const Qwen3VLConfig config = read_config(json, "config.json");
  CHECK(config.warnings == std::vector<std::string>{});
  CHECK((config.text_config.num_experts == 8 && config.text_config.num_experts_per_tok == 2));
  CHECK(config.text_config.moe_intermediate_size == 24);
  json["tie_word_embeddings"] = false;  // the top level decides
  CHECK_FALSE(read_config(json, "config.json").text_config.tie_word_embeddings);
  Json& text = json["text_config"];
  const auto refused = [&](const char* key, const Json& value, const char* words) {
    const Json before = text.contains(key) ? text[key] : Json();
    text[key] = value;
    check_any_refused(json, words);
    before.is_null() ? void(text.erase(key)) : void(text[key] = before);
  };
  refused("num_experts_per_tok", 9, "num_experts_per_tok is above num_experts");
  refused("num_experts", 4, "num_experts and num_local_experts differ");
  refused("norm_topk_prob", false, "norm_topk_prob is false");
  refused("mlp_only_layers", Json::array({4}), "mlp_only_layers[0] is 4, should be 0 to 3");
  refused("mlp_only_layers", 1, "mlp_only_layers is");
  refused("decoder_sparse_step", 0, "decoder_sparse_step is 0");
}

TEST_CASE("config.json of a mixture of experts: layers with a dense MLP") {
  Json json = golden_of("moe");
  const auto sparse = [&](int step, std::vector<int> dense) {
    json["text_config"]["decoder_sparse_step"] = step, json["text_config"]["mlp_only_layers"] = dense;
    const Qwen3VLConfig config = read_config(json, "config.json");
    CHECK(config.warnings == std::vector<std::string>{});
    std::vector<int> layers;
    for (int l = 0; l < config.text_config.num_hidden_layers; ++l)
      if (config.text_config.has_experts(l)) layers.push_back(l);
    return layers;
  };
  CHECK(sparse(1, {}) == std::vector<int>{0, 1, 2, 3});
  CHECK(sparse(1, {0, 2}) == std::vector<int>{1, 3});
  CHECK(sparse(2, {}) == std::vector<int>{1, 3});
  CHECK(sparse(2, {3}) == std::vector<int>{1});
  CHECK(sparse(3, {}) == std::vector<int>{2});
  CHECK(sparse(5, {}).empty());
}

namespace {

/// config.json of Qwen-VL-Chat.
Json qwen_vl_json() {
  return Json::parse(R"({"architectures": ["QWenLMHeadModel"], "attn_dropout_prob": 0.0,
    "auto_map": {"AutoConfig": "configuration_qwen.QWenConfig"}, "bf16": false, "emb_dropout_prob": 0.0,
    "fp16": false, "fp32": false, "hidden_size": 4096, "initializer_range": 0.02, "intermediate_size": 22016,
    "kv_channels": 128, "layer_norm_epsilon": 1e-06, "max_position_embeddings": 8192, "model_type": "qwen",
    "no_bias": true, "num_attention_heads": 32, "num_hidden_layers": 32, "onnx_safe": null,
    "rotary_emb_base": 10000, "rotary_pct": 1.0, "scale_attn_weights": true, "seq_length": 2048,
    "tie_word_embeddings": false, "tokenizer_type": "QWenTokenizer", "torch_dtype": "bfloat16",
    "transformers_version": "4.31.0", "use_cache": true, "use_dynamic_ntk": true, "use_flash_attn": false,
    "use_logn_attn": true, "visual": {"heads": 16, "image_size": 448, "image_start_id": 151857, "layers": 48,
    "mlp_ratio": 4.9231, "output_dim": 4096, "patch_size": 14, "width": 1664}, "vocab_size": 151936})");
}

}  // namespace

TEST_CASE("config.json of the first Qwen-VL") {
  const Qwen3VLConfig config = read_config(qwen_vl_json(), "config.json");
  CHECK(config.warnings == std::vector<std::string>{});
  CHECK(config.generation == Generation::qwen_vl);
  CHECK(config.dtype == "bfloat16");
  const TextConfig& text = config.text_config;
  CHECK((text.intermediate_size == 11008 && text.head_dim == 128 && text.num_key_value_heads == 32));
  CHECK((text.rope_theta == 1e4 && text.rms_norm_eps == 1e-6 && !text.tie_word_embeddings));
  CHECK(text.rope_scaling.original_max_position_embeddings == 2048);
  CHECK(text.max_position_embeddings == 8192);
  const VisionConfig& vision = config.vision_config;
  CHECK((vision.hidden_size == 1664 && vision.intermediate_size == 8192 && vision.depth == 48));
  CHECK((vision.num_queries == 256 && vision.resampler_heads == 32 && vision.num_position_embeddings == 256));
  CHECK(vision.patch_elements() == 588);
  CHECK(Grid{1, 32, 32}.tokens(vision.spatial_merge_size) == 256);
  CHECK(vision.deepstack_visual_indexes.empty());
  CHECK((config.vision_start_token_id == 151857 && config.vision_end_token_id == 151858));
  CHECK((config.image_token_id == 151859 && config.video_token_id == -1));
}

TEST_CASE("config.json of the first Qwen-VL: without dynamic NTK and log-n nothing grows") {
  Json json = qwen_vl_json();
  json["use_dynamic_ntk"] = json["use_logn_attn"] = false;
  const TextConfig text = read_config(json, "config.json").text_config;
  const auto rope = make_rope<Qwen1::RoPE>(text);
  CHECK(rope.at_length(text.max_position_embeddings).alpha == 1);
  CHECK(LogNScale::from(text)(text.max_position_embeddings) == 1);
}

TEST_CASE("config.json of the first Qwen-VL: refusals and warnings") {
  const auto refused = [](const char* key, const Json& value, const char* words) {
    Json json = qwen_vl_json();
    json[key] = value;
    check_any_refused(json, words);
  };
  refused("visual", nullptr, "a model of text alone");
  refused("visual", 7, "visual is 7");
  refused("hidden_size", 4097, "kv_channels is not hidden_size / num_attention_heads");
  refused("intermediate_size", 22017, "intermediate_size is odd");
  refused("rotary_pct", 0.5, "rotary_pct is not 1");
  refused("no_bias", false, "no_bias is false");
  refused("scale_attn_weights", false, "scale_attn_weights is false");
  refused("use_logn_attn", false, "use_dynamic_ntk and use_logn_attn differ");
  refused("seq_length", nullptr, "seq_length is missing");
  refused("vocab_size", 151859, "image_start_id is 151857, should be 0 to 151856");
  refused("quantization_config", {{"bits", 4}}, "the weights are quantised");
  const auto refused_visual = [](const char* key, const Json& value, const char* words) {
    Json json = qwen_vl_json();
    json["visual"][key] = value;
    check_any_refused(json, words);
  };
  refused_visual("heads", 15, "heads does not divide width");
  refused_visual("output_dim", 2048, "visual.output_dim is not hidden_size");
  refused_visual("image_size", 450, "image_size is no multiple of patch_size");
  refused_visual("n_queries", 225, "n_queries is not the square of a number that divides");
  refused_visual("n_queries", 255, "n_queries is not the square of a number that divides");
  refused_visual("mlp_ratio", "4", "mlp_ratio is \"4\"");
  Json json = qwen_vl_json();
  json["rope_scaling"] = Json::object(), json["visual"]["registers"] = 1;
  const auto warnings = read_config(json, "config.json").warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[0].starts_with("config.json has the field \"rope_scaling\""));
  CHECK(warnings[1].starts_with("config.json: visual has the field \"registers\""));
}

TEST_CASE("config.json: unknown fields are named, contradictions refused") {
  Json json = golden();
  json["text_config"]["attention_sinks"] = 4;
  json["text_config"]["rope_parameters"]["long_factor"] = 2;
  json["vision_config"]["registers"] = 1;
  json["talker_config"] = Json::object();
  const auto warnings = read_config(json, "config.json").warnings;
  REQUIRE(warnings.size() == 4);
  CHECK(warnings[0] == "config.json has the field \"talker_config\", which is not known here and not used");
  CHECK(warnings[1].starts_with("config.json: text_config has the field \"attention_sinks\""));
  CHECK(warnings[2].starts_with("config.json: vision_config has the field \"registers\""));
  CHECK(warnings[3].starts_with("config.json: text_config.rope_parameters has the field \"long_factor\""));

  check_any_refused({{"model_type", "llama"}}, "model_type is \"llama\", which is not known");
  Json twice = golden_of("qwen25vl");
  twice["hidden_size"] = 65;
  check_any_refused(twice, "hidden_size and text_config.hidden_size differ");
  Json interleaved = golden_of("qwen25vl");
  interleaved["text_config"]["rope_parameters"]["mrope_interleaved"] = true;
  check_any_refused(interleaved, "do not interleave");
  Json sliding = golden_of("qwen25vl");
  sliding["text_config"]["use_sliding_window"] = true;
  check_any_refused(sliding, "use_sliding_window is true");
  Json layers = golden_of("qwen25vl");
  layers["text_config"]["layer_types"][1] = "sliding_attention";
  check_any_refused(layers, "layer_types names \"sliding_attention\"");
  Json window = golden_of("qwen25vl");
  window["vision_config"]["window_size"] = 12;
  check_any_refused(window, "window_size is no multiple");
  Json relu = golden_of("qwen2vl");
  relu["vision_config"]["hidden_act"] = "gelu";
  check_any_refused(relu, "should be \"quick_gelu\"");
  Json theta = golden_of("qwen2vl");
  theta["vision_config"]["rope_parameters"]["rope_theta"] = 100;
  check_any_refused(theta, "is not the tower's RoPE");
}
