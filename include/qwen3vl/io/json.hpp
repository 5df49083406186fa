#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/json_scan.hpp>

/// The one door to the JSON library. Text from a file or a user goes through parse_json, which bounds
/// depth, size and time, refuses invalid UTF-8 and keys that appear twice, and throws Error alone.
///
///   const Json config = read_json_file("config.json");
///   const int layers = get_int(config, "num_hidden_layers", "config.json", 1, 1000);
///
/// io/json_get.hpp has get_int and its like.
namespace qwen3vl {

using Json = nlohmann::json;                 // keys sorted; fast with many
using OrderedJson = nlohmann::ordered_json;  // keys as written; for text that is written back

template <class J>
concept AnyJson = std::same_as<J, Json> || std::same_as<J, OrderedJson>;

/// The library's message without its "[json.exception…]" and without raw bytes of the file.
inline std::string json_message(std::string_view message) {
  if (const auto end = message.find("] "); message.starts_with('[') && end != message.npos)
    message.remove_prefix(end + 2);
  const std::string safe = in_quotes(message, 240);
  return safe.substr(1, safe.size() - 2);
}

/// The path of the first key that one object has twice, or "".
template <AnyJson J> std::string duplicate_key(std::string_view text) {
  std::vector<std::set<std::string>> open;
  std::string duplicate;
  const auto watch = [&](int, typename J::parse_event_t event, J& value) {
    using Event = typename J::parse_event_t;
    if (event == Event::object_start) open.emplace_back();
    if (event == Event::object_end) open.pop_back();
    if (event == Event::key && !open.back().insert(value.template get<std::string>()).second &&
        duplicate.empty())
      duplicate = in_quotes(value.template get_ref<const std::string&>());
    return true;
  };
  const J parsed = J::parse(text.begin(), text.end(), watch, false);
  return parsed.is_discarded() ? "?" : duplicate;
}

template <AnyJson J> std::int64_t count_keys(const J& json) {
  std::int64_t keys = json.is_object() ? static_cast<std::int64_t>(json.size()) : 0;
  if (json.is_structured())
    for (const J& child : json) keys += count_keys(child);
  return keys;
}

template <AnyJson J>
J parse_json_as(std::string_view text, const std::string& where, const JsonLimits& limits) {
  const JsonCensus census = scan_json(text, where, limits, std::same_as<J, OrderedJson>);
  try {
    J json = J::parse(text.begin(), text.end());
    if (count_keys(json) != census.keys)
      throw Error(where, "JSON object with the key " + duplicate_key<J>(text) + " twice");
    return json;
  } catch (const nlohmann::json::exception& error) {
    throw Error(where, "not valid JSON: " + json_message(error.what()));
  }
}

/// `where` names the source in messages: a file's name, "--messages", …
inline Json parse_json(std::string_view text, const std::string& where, const JsonLimits& limits = {}) {
  return parse_json_as<Json>(text, where, limits);
}
inline OrderedJson parse_ordered_json(std::string_view text, const std::string& where,
                                      const JsonLimits& limits = {}) {
  return parse_json_as<OrderedJson>(text, where, limits);
}

inline constexpr std::uint64_t max_json_bytes = 64 << 20;  // Qwen3's tokenizer.json has 11 MB

inline Json read_json_file(const std::string& path, std::uint64_t max_bytes = max_json_bytes) {
  return parse_json(read_file(path, max_bytes), path);
}
inline OrderedJson read_ordered_json_file(const std::string& path, std::uint64_t max_bytes = max_json_bytes) {
  return parse_ordered_json(read_file(path, max_bytes), path);
}

/// JSON as text; `indent` < 0 puts all on one line. Strings that are not UTF-8 are refused.
template <AnyJson J> std::string to_text(const J& json, const std::string& where, int indent = 2) {
  try {
    return json.dump(indent);
  } catch (const nlohmann::json::exception& error) {
    throw Error(where, "cannot write JSON: " + json_message(error.what()));
  }
}

/// A value as a message shows it, short: "x", 3.5, null, an object of 4 keys, a list of 3.
template <AnyJson J> std::string describe_json(const J& value) {
  if (value.is_object()) return "an object of " + std::to_string(value.size()) + " keys";
  if (value.is_array()) return "a list of " + std::to_string(value.size());
  if (value.is_string()) return in_quotes(value.template get_ref<const std::string&>(), 60);
  return value.dump();
}

}  // namespace qwen3vl
