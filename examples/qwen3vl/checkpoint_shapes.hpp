#pragma once

#include <cstdint>
#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/model/config.hpp>

namespace program {

/// The shapes of Qwen3-VL as released, by the names people know them by:
///
///   shape   layers  hidden     MLP  heads  kv   head  vision: blocks  hidden   MLP  DeepStack after
///   2b          28    2048    6144     16   8   tied              24    1024  4096  5, 11, 17
///   4b          36    2560    9728     32   8   tied              24    1024  4096  5, 11, 17
///   8b          36    4096   12288     32   8   own               27    1152  4304  8, 16, 24
///   32b         64    5120   25600     64   8   own               27    1152  4304  8, 16, 24
///   30b-a3b     48    2048     768     32   4   own               27    1152  4304  8, 16, 24
///   235b-a22b   94    4096    1536     64   4   own               27    1152  4304  8, 16, 24
///   tiny         4      64     128      4   2   tied               4      64   128  0, 1, 2
///
/// The last two have 128 experts with an MLP of this width each, 8 of which a token visits.
///
/// tiny is no released model. It has heads of 32 and 10 million weights, nearly all of them the embedding:
/// the vocabulary is the real one, so that the real tokenizer works with it.
inline qwen3vl::Qwen3VLConfig config_of_shape(const std::string& shape) {
  qwen3vl::Qwen3VLConfig config;  // what is not set below is the 2B model's
  auto& text = config.text_config;
  auto& vision = config.vision_config;
  const auto decoder = [&](int layers, int hidden, int mlp, int heads) {
    text.num_hidden_layers = layers;
    text.hidden_size = vision.out_hidden_size = hidden;
    text.intermediate_size = mlp;
    text.num_attention_heads = heads;
  };
  if (shape == "tiny") {
    decoder(4, 64, 128, 4);
    text.num_key_value_heads = 2;
    text.head_dim = 32;
    text.mrope_section = {6, 5, 5};
    vision.hidden_size = 64;
    vision.intermediate_size = 128;
    vision.depth = 4;
    vision.num_heads = 4;
    vision.deepstack_visual_indexes = {0, 1, 2};
  } else if (shape == "4b") {
    decoder(36, 2560, 9728, 32);
  } else if (shape == "8b" || shape == "32b" || shape == "30b-a3b" || shape == "235b-a22b") {
    const auto experts = [&](int width) {
      config.generation = qwen3vl::Generation::qwen3_vl_moe;
      text.num_key_value_heads = 4;
      text.num_experts = 128, text.num_experts_per_tok = 8, text.moe_intermediate_size = width;
    };
    if (shape == "8b")
      decoder(36, 4096, 12288, 32);
    else if (shape == "32b")
      decoder(64, 5120, 25600, 64);
    else if (shape == "30b-a3b")
      decoder(48, 2048, 6144, 32), experts(768);
    else
      decoder(94, 4096, 12288, 64), experts(1536);
    text.tie_word_embeddings = false;
    vision.hidden_size = 1152;
    vision.intermediate_size = 4304;
    vision.depth = 27;
    vision.deepstack_visual_indexes = {8, 16, 24};
  } else if (shape != "2b") {
    throw qwen3vl::Error("--shape", "\"" + shape + "\" is not known",
                         "tiny, 2b, 4b, 8b, 32b, 30b-a3b or 235b-a22b");
  }
  return config;
}

/// config.json in the layout of the first releases: rope_theta beside rope_scaling, torch_dtype.
/// `dtype` is "bfloat16", "float16" or "float32".
inline qwen3vl::OrderedJson config_json(const qwen3vl::Qwen3VLConfig& config, const std::string& dtype) {
  using qwen3vl::OrderedJson;
  const auto& text = config.text_config;
  const auto& vision = config.vision_config;
  const bool moe = config.generation == qwen3vl::Generation::qwen3_vl_moe;
  const std::string type = moe ? "qwen3_vl_moe" : "qwen3_vl";
  OrderedJson json = {
      {"architectures", {moe ? "Qwen3VLMoeForConditionalGeneration" : "Qwen3VLForConditionalGeneration"}},
      {"image_token_id", config.image_token_id},
      {"model_type", type},
      {"text_config",
       {{"attention_bias", false},
        {"attention_dropout", 0.0},
        {"bos_token_id", 151643},
        {"dtype", dtype},
        {"eos_token_id", 151645},
        {"head_dim", text.head_dim},
        {"hidden_act", "silu"},
        {"hidden_size", text.hidden_size},
        {"initializer_range", 0.02},
        {"intermediate_size", text.intermediate_size},
        {"max_position_embeddings", text.max_position_embeddings},
        {"model_type", type + "_text"},
        {"num_attention_heads", text.num_attention_heads},
        {"num_hidden_layers", text.num_hidden_layers},
        {"num_key_value_heads", text.num_key_value_heads},
        {"rms_norm_eps", text.rms_norm_eps},
        {"rope_scaling",
         {{"mrope_interleaved", true}, {"mrope_section", text.mrope_section}, {"rope_type", "default"}}},
        {"rope_theta", static_cast<std::int64_t>(text.rope_theta)},
        {"tie_word_embeddings", text.tie_word_embeddings},
        {"use_cache", true},
        {"vocab_size", text.vocab_size}}},
      {"tie_word_embeddings", text.tie_word_embeddings},
      {"torch_dtype", dtype},
      {"video_token_id", config.video_token_id},
      {"vision_config",
       {{"deepstack_visual_indexes", vision.deepstack_visual_indexes},
        {"depth", vision.depth},
        {"hidden_act", "gelu_pytorch_tanh"},
        {"hidden_size", vision.hidden_size},
        {"in_channels", vision.in_channels},
        {"initializer_range", 0.02},
        {"intermediate_size", vision.intermediate_size},
        {"model_type", type},
        {"num_heads", vision.num_heads},
        {"num_position_embeddings", vision.num_position_embeddings},
        {"out_hidden_size", vision.out_hidden_size},
        {"patch_size", vision.patch_size},
        {"spatial_merge_size", vision.spatial_merge_size},
        {"temporal_patch_size", vision.temporal_patch_size}}},
      {"vision_end_token_id", config.vision_end_token_id},
      {"vision_start_token_id", config.vision_start_token_id}};
  if (moe) {
    OrderedJson& experts = json["text_config"];
    experts["decoder_sparse_step"] = text.decoder_sparse_step;
    experts["mlp_only_layers"] = text.mlp_only_layers;
    experts["moe_intermediate_size"] = text.moe_intermediate_size;
    experts["norm_topk_prob"] = true;
    experts["num_experts"] = text.num_experts;
    experts["num_experts_per_tok"] = text.num_experts_per_tok;
    experts["router_aux_loss_coef"] = 0.001;
  }
  return json;
}

/// generation_config.json of Qwen3-VL Instruct.
inline qwen3vl::OrderedJson generation_json() {
  return {{"bos_token_id", 151643},
          {"pad_token_id", 151643},
          {"do_sample", true},
          {"eos_token_id", {151645, 151643}},
          {"top_k", 20},
          {"top_p", 0.8},
          {"repetition_penalty", 1.0},
          {"temperature", 0.7}};
}

/// preprocessor_config.json, and with `video` video_preprocessor_config.json: the released ones.
inline qwen3vl::OrderedJson preprocessor_json(const qwen3vl::VisionConfig& vision, bool video) {
  const double half = 0.5;
  qwen3vl::OrderedJson json = {
      {"size", {{"longest_edge", video ? 25165824 : 16777216}, {"shortest_edge", video ? 4096 : 65536}}},
      {"patch_size", vision.patch_size},
      {"temporal_patch_size", vision.temporal_patch_size},
      {"merge_size", vision.spatial_merge_size},
      {"image_mean", {half, half, half}},
      {"image_std", {half, half, half}},
      {"processor_class", "Qwen3VLProcessor"}};
  json[video ? "video_processor_type" : "image_processor_type"] =
      video ? "Qwen3VLVideoProcessor" : "Qwen2VLImageProcessorFast";
  return json;
}

}  // namespace program
