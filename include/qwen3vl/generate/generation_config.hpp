#pragma once

#include <algorithm>
#include <array>
#include <cfloat>
#include <climits>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/json_get.hpp>
#include <qwen3vl/ops/sampling/sampling_options.hpp>

namespace qwen3vl {

/// A checkpoint's own idea of how to generate: generation_config.json. What the file leaves out has
/// the reference's default, so do_sample is false (greedy) and top_k 50; null switches a cut off.
struct GenerationConfig {
  SamplingOptions sampling{.temperature = 0, .top_k = 50};  // temperature 0 when do_sample is false
  std::vector<std::int32_t> stop_ids;                       // eos_token_id, one or several
  std::optional<int> max_new_tokens;
  std::string chat_format;  // of the first generation: "chatml"; "raw" is a model that knows no turns
  std::vector<std::string> ignored;  // fields that ask for something else, false apart; a program may say so
};

/// Notes about the file and the training, and limits that max_new_tokens replaces.
inline bool is_generation_note(std::string_view key) {
  constexpr std::array<std::string_view, 8> notes{
      "_from_model_config", "transformers_version", "bos_token_id",   "pad_token_id", "max_length",
      "use_cache",          "chat_format",          "max_window_size"};
  return std::find(notes.begin(), notes.end(), key) != notes.end();
}

/// A wrong type or range throws Error with the name of file and field.
template <AnyJson J> GenerationConfig parse_generation_config(const J& json, const std::string& where) {
  constexpr std::array<std::string_view, 8> used{"do_sample",    "temperature",   "top_k",
                                                 "top_p",        "min_p",         "repetition_penalty",
                                                 "eos_token_id", "max_new_tokens"};
  expect_object(json, where);
  GenerationConfig config;
  SamplingOptions& sampling = config.sampling;
  const double temperature = get_double_or(json, "temperature", where, 1, 0, FLT_MAX);
  sampling.temperature = get_bool_or(json, "do_sample", where, false) ? temperature : 0;
  sampling.top_k = get_int_or(json, "top_k", where, json.contains("top_k") ? 0 : 50, 0);
  sampling.top_p = get_double_or(json, "top_p", where, 1, 0, 1);
  sampling.min_p = get_double_or(json, "min_p", where, 0, 0, 1);
  sampling.repetition_penalty = get_double_or(json, "repetition_penalty", where, 1, FLT_MIN, FLT_MAX);
  config.stop_ids = get_one_or_more_ints(json, "eos_token_id", where, 0);
  if (find_member(json, "max_new_tokens", where))
    config.max_new_tokens = get_int(json, "max_new_tokens", where, 0);
  config.chat_format = get_string_or(json, "chat_format", where, "");
  for (const auto& [key, value] : json.items())
    if (!value.is_null() && value != false && !is_generation_note(key) &&
        std::find(used.begin(), used.end(), key) == used.end())
      config.ignored.push_back(key);
  return config;
}

inline constexpr std::uint64_t max_generation_config_bytes = 1 << 20;

/// From a checkpoint's directory. Without the file: greedy, and no stop ids (config.json has them).
inline GenerationConfig load_generation_config(const std::string& directory) {
  const std::string path = directory + "/generation_config.json";
  if (!is_regular_file(path)) return {};
  return parse_generation_config(read_json_file(path, max_generation_config_bytes), path);
}

}  // namespace qwen3vl
