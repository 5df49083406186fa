#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <qwen3vl/io/json.hpp>

/// Typed members of a JSON object. A wrong type or range throws, naming file and key:
///
///   config.json: hidden_size is "x", should be an integer
///   config.json: num_hidden_layers is missing
///   config.json: vision_config.patch_size is 0, should be 1 to 1024
///
/// `where` is the file, or file and path for an object inside: "config.json: vision_config".
/// The `…_or` forms return the fallback when the key is missing or null. A number with a fraction or
/// an exponent is no integer, true is no number, and nothing is cut to fit.
namespace qwen3vl {

/// "config.json" + "vision_config" → "config.json: vision_config"; deeper: "config.json: a.b"
inline std::string member_path(const std::string& where, const std::string& key) {
  return where + (where.find(": ") == std::string::npos ? ": " : ".") + key;
}

[[noreturn]] inline void wrong_member(const std::string& where, const std::string& key,
                                      const std::string& got, const std::string& wanted) {
  const std::string path = member_path(where, key);
  const auto split = path.find(": ");
  throw Error(path.substr(0, split), path.substr(split + 2) + " is " + got + ", should be " + wanted);
}
[[noreturn]] inline void missing_member(const std::string& where, const std::string& key) {
  const std::string path = member_path(where, key);
  const auto split = path.find(": ");
  throw Error(path.substr(0, split), path.substr(split + 2) + " is missing");
}

template <AnyJson J> void expect_object(const J& json, const std::string& where) {
  if (!json.is_object()) throw Error(where, "the JSON is " + describe_json(json) + ", should be an object");
}

/// The member, or nullptr when it is missing or null.
template <AnyJson J> const J* find_member(const J& object, const char* key, const std::string& where) {
  expect_object(object, where);
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}
template <AnyJson J> const J& get_member(const J& object, const char* key, const std::string& where) {
  const J* value = find_member(object, key, where);
  if (!value) missing_member(where, key);
  return *value;
}

// ---- one value ----

template <AnyJson J>
std::int64_t to_int64(const J& value, const std::string& key, const std::string& where, std::int64_t least,
                      std::int64_t most) {
  if (!value.is_number_integer()) wrong_member(where, key, describe_json(value), "an integer");
  const bool huge = value.is_number_unsigned() &&
                    value.template get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  const std::int64_t number = huge ? INT64_MAX : value.template get<std::int64_t>();
  if (huge || number < least || number > most)
    wrong_member(where, key, describe_json(value), std::to_string(least) + " to " + std::to_string(most));
  return number;
}
template <AnyJson J>
double to_double(const J& value, const std::string& key, const std::string& where, double least,
                 double most) {
  if (!value.is_number()) wrong_member(where, key, describe_json(value), "a number");
  const double number = value.template get<double>();
  if (!(number >= least && number <= most))
    wrong_member(where, key, describe_json(value), J(least).dump() + " to " + J(most).dump());
  return number;
}
template <AnyJson J>
const std::string& to_string_member(const J& value, const std::string& key, const std::string& where) {
  if (!value.is_string()) wrong_member(where, key, describe_json(value), "a string");
  return value.template get_ref<const std::string&>();
}

// ---- members ----

template <AnyJson J>
std::int64_t get_int64(const J& object, const char* key, const std::string& where,
                       std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX) {
  return to_int64(get_member(object, key, where), key, where, least, most);
}
template <AnyJson J>
int get_int(const J& object, const char* key, const std::string& where, int least = INT_MIN,
            int most = INT_MAX) {
  return static_cast<int>(to_int64(get_member(object, key, where), key, where, least, most));
}
template <AnyJson J>
int get_int_or(const J& object, const char* key, const std::string& where, int fallback, int least = INT_MIN,
               int most = INT_MAX) {
  const J* value = find_member(object, key, where);
  return value ? static_cast<int>(to_int64(*value, key, where, least, most)) : fallback;
}

inline constexpr double any_double = std::numeric_limits<double>::max();

template <AnyJson J>
double get_double(const J& object, const char* key, const std::string& where, double least = -any_double,
                  double most = any_double) {
  return to_double(get_member(object, key, where), key, where, least, most);
}
template <AnyJson J>
double get_double_or(const J& object, const char* key, const std::string& where, double fallback,
                     double least = -any_double, double most = any_double) {
  const J* value = find_member(object, key, where);
  return value ? to_double(*value, key, where, least, most) : fallback;
}

template <AnyJson J> bool get_bool(const J& object, const char* key, const std::string& where) {
  const J& value = get_member(object, key, where);
  if (!value.is_boolean()) wrong_member(where, key, describe_json(value), "true or false");
  return value.template get<bool>();
}
template <AnyJson J>
bool get_bool_or(const J& object, const char* key, const std::string& where, bool fallback) {
  return find_member(object, key, where) ? get_bool(object, key, where) : fallback;
}

template <AnyJson J> std::string get_string(const J& object, const char* key, const std::string& where) {
  return to_string_member(get_member(object, key, where), key, where);
}
template <AnyJson J>
std::string get_string_or(const J& object, const char* key, const std::string& where,
                          const std::string& fallback) {
  const J* value = find_member(object, key, where);
  return value ? to_string_member(*value, key, where) : fallback;
}

template <AnyJson J> const J& get_object(const J& object, const char* key, const std::string& where) {
  const J& value = get_member(object, key, where);
  if (!value.is_object()) wrong_member(where, key, describe_json(value), "an object");
  return value;
}
template <AnyJson J> const J& get_list(const J& object, const char* key, const std::string& where) {
  const J& value = get_member(object, key, where);
  if (!value.is_array()) wrong_member(where, key, describe_json(value), "a list");
  return value;
}

// ---- lists ----

/// "mrope_section[1]"
inline std::string indexed(const char* key, std::size_t index) {
  return std::string(key).append(1, '[').append(std::to_string(index)).append(1, ']');
}

/// "mrope_section[2]"
inline std::string element(const std::string& list, std::size_t index) {
  std::string name = list;
  name += '[';
  name += std::to_string(index);
  name += ']';
  return name;
}

template <AnyJson J>
std::vector<int> get_ints(const J& object, const char* key, const std::string& where, int least = INT_MIN,
                          int most = INT_MAX) {
  std::vector<int> numbers;
  for (const J& value : get_list(object, key, where))
    numbers.push_back(static_cast<int>(to_int64(value, element(key, numbers.size()), where, least, most)));
  return numbers;
}
template <AnyJson J>
std::vector<int> get_ints_or(const J& object, const char* key, const std::string& where,
                             std::vector<int> fallback, int least = INT_MIN, int most = INT_MAX) {
  return find_member(object, key, where) ? get_ints(object, key, where, least, most) : fallback;
}
/// `"eos_token_id": 7` and `"eos_token_id": [7, 9]`; empty when missing or null.
template <AnyJson J>
std::vector<int> get_one_or_more_ints(const J& object, const char* key, const std::string& where,
                                      int least = INT_MIN, int most = INT_MAX) {
  const J* value = find_member(object, key, where);
  if (!value) return {};
  if (value->is_array()) return get_ints(object, key, where, least, most);
  return {static_cast<int>(to_int64(*value, key, where, least, most))};
}
template <AnyJson J>
std::vector<double> get_doubles(const J& object, const char* key, const std::string& where) {
  std::vector<double> numbers;
  for (const J& value : get_list(object, key, where))
    numbers.push_back(to_double(value, element(key, numbers.size()), where, -any_double, any_double));
  return numbers;
}
template <AnyJson J>
std::vector<std::string> get_strings(const J& object, const char* key, const std::string& where) {
  std::vector<std::string> strings;
  for (const J& value : get_list(object, key, where))
    strings.push_back(to_string_member(value, element(key, strings.size()), where));
  return strings;
}

}  // namespace qwen3vl
