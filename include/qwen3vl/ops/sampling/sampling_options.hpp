#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

#include <qwen3vl/core/annotations.hpp>
#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

/// How the next token is drawn. As they stand here the numbers change nothing: a draw from the model's
/// own distribution. A checkpoint's own are in its generation_config.json.
struct SamplingOptions {
  double temperature = 1;         // ≥ 0; below 1 sharper, above 1 flatter, 0 is greedy
  int top_k = 0;                  // keep the k best; 0: all
  double top_p = 1;               // keep the best that together have this probability; 1: all
  double min_p = 0;               // keep those with this share of the best one's probability; 0: all
  double repetition_penalty = 1;  // > 0; above 1 against tokens of prompt and answer
  double presence_penalty = 0;    // above 0 against tokens of the answer
  double frequency_penalty = 0;   // the same, for each time they came
  std::int32_t choose_below =
      0;                   // the tokenizer's size: larger ids, which have no text, are never chosen; 0: all
  std::uint64_t seed = 0;  // the same seed, options and logits give the same tokens

  QWEN3VL_HD bool greedy() const { return temperature == 0; }
  QWEN3VL_HD bool penalises() const {
    return repetition_penalty != 1 || presence_penalty != 0 || frequency_penalty != 0;
  }
};

/// "0.7", "1e-06", "nan": the shortest text that reads back the same, in every locale.
inline std::string to_short_text(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return std::string(text, end);
}

/// Throws unless least ≤ value ≤ most; NaN is refused.
inline void expect_option(const char* name, double value, double least, double most, const char* range,
                          const char* hint = "") {
  if (!(value >= least && value <= most))
    throw Error("SamplingOptions", std::string(name) + " is " + to_short_text(value) + ", should be " + range,
                hint);
}

/// The options, if they can be meant; else throws Error.
inline const SamplingOptions& expect_valid(const SamplingOptions& options) {
  constexpr double most = std::numeric_limits<float>::max(),
                   least_positive = std::numeric_limits<float>::min();
  expect_option("temperature", options.temperature, 0, most, "0 or more",
                "0 chooses the most probable token");
  expect_option("top_k", options.top_k, 0, std::numeric_limits<int>::max(), "0 or more",
                "0 keeps all tokens");
  expect_option("top_p", options.top_p, 0, 1, "0 to 1", "1 keeps all tokens");
  expect_option("min_p", options.min_p, 0, 1, "0 to 1", "0 keeps all tokens");
  expect_option("repetition_penalty", options.repetition_penalty, least_positive, most, "above 0",
                "1 is no penalty; usual values are 1 to 1.2");
  expect_option("presence_penalty", options.presence_penalty, -most, most, "a finite number");
  expect_option("frequency_penalty", options.frequency_penalty, -most, most, "a finite number");
  expect_option("choose_below", options.choose_below, 0, std::numeric_limits<std::int32_t>::max(),
                "0 or more");
  return options;
}

}  // namespace qwen3vl
