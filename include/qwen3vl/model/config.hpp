#pragma once

#include <algorithm>
#include <iterator>
#include <string>

#include <qwen3vl/model/known_fields.hpp>
#include <qwen3vl/model/model_config.hpp>
#include <qwen3vl/model/qwen_vl_fields.hpp>
#include <qwen3vl/model/text_fields.hpp>
#include <qwen3vl/model/vision_fields.hpp>

namespace qwen3vl {

namespace config_detail {

/// The generations by the names that files have for them.
struct GenerationName {
  const char* model_type;
  Generation generation;
};
inline constexpr GenerationName generation_names[] = {{"qwen", Generation::qwen_vl},
                                                      {"qwen2_vl", Generation::qwen2_vl},
                                                      {"qwen2_5_vl", Generation::qwen2_5_vl},
                                                      {"qwen3_vl", Generation::qwen3_vl},
                                                      {"qwen3_vl_moe", Generation::qwen3_vl_moe}};

inline Generation read_generation(const Json& json, const std::string& where) {
  const std::string type = get_string(json, "model_type", where);
  std::string known;
  for (const GenerationName& name : generation_names) {
    if (type == name.model_type) return name.generation;
    known += (known.empty() ? "\"" : ", \"") + std::string(name.model_type) + "\"";
  }
  throw Error(where, "model_type is " + in_quotes(type) + ", which is not known", known);
}

/// The object with the decoder's fields: `text_config`, or the file itself, as Qwen2-VL and Qwen2.5-VL were
/// published. A size that stands in both must be the same.
inline const Json& text_object(const Json& json, const std::string& where, Generation generation) {
  const bool may_be_flat = generation == Generation::qwen2_vl || generation == Generation::qwen2_5_vl;
  if (may_be_flat && !find_member(json, "text_config", where)) return json;
  const Json& text = get_object(json, "text_config", where);
  for (const char* size :
       {"hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size", "rope_theta"})
    if (const Json* flat = find_member(json, size, where), *nested = find_member(text, size, where);
        flat && nested && *flat != *nested)
      contradiction(where, std::string(size) + " and text_config." + size + " differ");
  return text;
}

inline bool read_tied(const Json& json, const Json& text, const std::string& where, Generation generation) {
  const bool top = get_bool_or(json, "tie_word_embeddings", where, false);
  if (generation == Generation::qwen3_vl_moe && find_member(json, "tie_word_embeddings", where)) return top;
  return top || get_bool_or(text, "tie_word_embeddings", where + ": text_config", false);
}

inline VisionConfig read_vision(const Json& vision, const std::string& where, Generation generation) {
  if (generation == Generation::qwen2_vl) return read_qwen2_vision(vision, where);
  if (generation == Generation::qwen2_5_vl) return read_qwen2_5_vision(vision, where);
  return read_qwen3_vision(vision, where);
}

inline void read_token_ids(const Json& json, const std::string& where, Qwen3VLConfig& config) {
  const auto read = [&](const char* key, int& id) { id = get_int_or(json, key, where, id, 0, 1 << 24); };
  read("image_token_id", config.image_token_id);
  read("video_token_id", config.video_token_id);
  read("vision_start_token_id", config.vision_start_token_id);
  read("vision_end_token_id", config.vision_end_token_id);
  if (config.image_token_id == config.video_token_id)
    contradiction(where, "image_token_id and video_token_id are the same");
}

inline void name_unknown_fields(const Json& json, const Json& text, const std::string& where,
                                std::vector<std::string>& warnings) {
  const bool flat = &text == &json;
  if (flat)
    name_unknown(json, where, warnings, top_fields, text_fields);
  else
    name_unknown(json, where, warnings, top_fields, text_fields),
        name_unknown(text, where + ": text_config", warnings, text_fields);
  name_unknown(get_object(json, "vision_config", where), where + ": vision_config", warnings, vision_fields);
  for (const char* key : {"rope_scaling", "rope_parameters"})
    if (const Json* rope = find_member(text, key, where); rope && rope->is_object())
      name_unknown(*rope, where + ": " + (flat ? "" : "text_config.") + key, warnings, rope_fields);
}

/// Flat, or with a text_config, in either layout of the RoPE fields: every generation but the first.
inline Qwen3VLConfig read_nested(const Json& json, const std::string& where, Generation generation) {
  Qwen3VLConfig config;
  config.generation = generation;
  const bool qwen3 = generation == Generation::qwen3_vl || generation == Generation::qwen3_vl_moe;
  const Json& text = text_object(json, where, generation);
  const std::string text_where = &text == &json ? where : where + ": text_config";
  config.text_config = read_text(text, text_where, qwen3 ? qwen3_text : qwen2_text);
  if (generation == Generation::qwen3_vl_moe) read_experts(text, text_where, config.text_config);
  config.vision_config =
      read_vision(get_object(json, "vision_config", where), where + ": vision_config", generation);
  config.text_config.tie_word_embeddings = read_tied(json, text, where, generation);
  read_token_ids(json, where, config);
  if (config.vision_config.out_hidden_size != config.text_config.hidden_size)
    contradiction(where, "vision_config.out_hidden_size is not text_config.hidden_size");
  if (static_cast<int>(config.vision_config.deepstack_visual_indexes.size()) >
      config.text_config.num_hidden_layers)
    contradiction(where, "more DeepStack levels than decoder layers");
  name_unknown_fields(json, text, where, config.warnings);
  return config;
}

}  // namespace config_detail

/// Is there a model here for this model_type?
inline bool is_known_model_type(const std::string& type) {
  return std::any_of(std::begin(config_detail::generation_names), std::end(config_detail::generation_names),
                     [&](const auto& name) { return type == name.model_type; });
}

/// Reads config.json of any generation, flat or with a text_config, in either layout of its RoPE fields, or as the
/// first generation wrote it (model/qwen_vl_fields.hpp). What contradicts itself or the architecture is refused,
/// by file and field; what is not known is named in `warnings`.
inline Qwen3VLConfig read_config(const Json& json, const std::string& where) {
  using namespace config_detail;
  const Generation generation = read_generation(json, where);
  Qwen3VLConfig config =
      generation == Generation::qwen_vl ? read_qwen_vl(json, where) : read_nested(json, where, generation);
  config.dtype = get_string_or(json, "dtype", where, get_string_or(json, "torch_dtype", where, config.dtype));
  if (json.contains("quantization_config") && !json["quantization_config"].is_null())
    contradiction(where, "quantization_config: the weights are quantised", "the checkpoint in bfloat16");
  return config;
}

/// The same for who has built a program of dense Qwen3-VL alone: another model_type is refused.
inline Qwen3VLConfig read_qwen3_vl_config(const Json& json, const std::string& where) {
  if (const std::string type = get_string(json, "model_type", where); type != "qwen3_vl")
    config_detail::contradiction(where, "model_type is " + in_quotes(type) + ", should be \"qwen3_vl\"",
                                 "a dense Qwen3-VL checkpoint");
  return read_config(json, where);
}

}  // namespace qwen3vl
