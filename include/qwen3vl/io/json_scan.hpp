#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <qwen3vl/core/error.hpp>

/// A look at JSON text before it is parsed: how deep, how many values. It does not judge the syntax,
/// it bounds what a parser would spend on it.
namespace qwen3vl {

/// What a JSON text may cost. The largest file of a checkpoint, tokenizer.json, has 0.8 million values
/// and 5 levels.
struct JsonLimits {
  int depth = 100;                      // nested arrays and objects
  std::int64_t values = 1 << 22;        // some 64 bytes of memory each
  std::int64_t key_compares = 1 << 26;  // ordered objects only: a new key is compared with all before it
};

struct JsonCensus {
  std::int64_t values = 0;        // scalars, arrays and objects: an upper bound
  std::int64_t keys = 0;          // of all objects together
  std::int64_t key_compares = 0;  // Σ over objects of keys·(keys − 1)/2
  std::size_t end = 0;            // where the scan stopped, in bytes
};

/// Counts brackets, commas and colons outside strings. Throws where the text exceeds a limit.
inline JsonCensus scan_json(std::string_view text, const std::string& where, const JsonLimits& limits,
                            bool ordered) {
  constexpr int most = 512;
  std::int64_t keys_at[most + 1] = {};
  const int deepest = limits.depth < most ? limits.depth : most;
  JsonCensus census;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        if (text[i] == '\\') ++i;
    } else if (c == '{' || c == '[') {
      if (++depth > deepest)
        throw Error(where, "JSON nested deeper than " + std::to_string(deepest) + " levels, at byte " +
                               std::to_string(i));
      keys_at[depth] = 0;
      ++census.values;
    } else if (c == '}' || c == ']') {
      if (depth > 0) --depth;
    } else if (c == ',') {
      ++census.values;
    } else if (c == ':') {
      ++census.keys;
      census.key_compares += keys_at[depth]++;
    }
    if (census.values > limits.values)
      throw Error(where, "JSON with more than " + std::to_string(limits.values) + " values");
    if (ordered && census.key_compares > limits.key_compares)
      throw Error(where, "JSON object with " + std::to_string(keys_at[depth]) +
                             " keys is too large to keep in order");
  }
  return census;
}

}  // namespace qwen3vl
