#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/tiktoken_file.hpp>
#include <qwen3vl/input/tokenizer_data.hpp>
#include <qwen3vl/input/tokenizer_json.hpp>
#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>

/// The older form of a tokenizer, three files:
///
///   vocab.json              { symbols: id, … }
///   merges.txt              "left right" a line, in rank order; the first may be "#version: 0.2"
///   tokenizer_config.json   "added_tokens_decoder": { "id": {"content", "special", …}, … }
namespace qwen3vl {

/// One flat object of integers, as events: in a tree the 150 thousand keys would take seven times as long.
class VocabJsonReader {
 public:
  explicit VocabJsonReader(TokenizerData& data) : data_(data) {}
  bool null() { return wrong("null"); }
  bool boolean(bool) { return wrong("true or false"); }
  bool number_integer(Json::number_integer_t value) { return id(value); }
  bool number_unsigned(Json::number_unsigned_t value) {
    return id(value > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(value));
  }
  bool number_float(Json::number_float_t, const std::string&) { return wrong("not an integer"); }
  bool string(std::string&) { return wrong("a string"); }
  bool binary(Json::binary_t&) { return wrong("binary"); }
  bool start_object(std::size_t) { return open_++ == 0 || wrong("an object"); }
  bool key(std::string& value) {
    symbol_ = value;
    return true;
  }
  bool end_object() { return true; }
  bool start_array(std::size_t) { return wrong("a list"); }
  bool end_array() { return true; }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    throw Error(data_.source, "not valid JSON: " + json_message(error.what()));
  }

 private:
  bool wrong(const std::string& what) const {
    if (open_ == 0) throw Error(data_.source, "is " + what + ", should be an object of symbols and ids");
    throw Error(data_.source,
                "the id of " + in_quotes(symbol_, 60) + " is " + what + ", should be an integer");
  }
  bool id(std::int64_t value) {
    if (open_ == 0) wrong("a number");
    data_.symbols.push(symbol_);
    data_.ids.push_back(value);
    return true;
  }
  TokenizerData& data_;
  std::string symbol_;
  int open_ = 0;
};

inline void parse_merges_txt(std::string_view text, const std::string& source, StringPool& merges) {
  for (bool first = true; !text.empty(); first = false) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || (first && line.starts_with("#version"))) continue;
    push_merge(line, source, merges);
  }
}

/// "added_tokens_decoder" of a tokenizer_config.json; none where the file has no such member.
inline void add_configured_tokens(const Json& config, const std::string& source, TokenizerData& data) {
  const Json* decoder = find_member(config, "added_tokens_decoder", source);
  if (!decoder) return;
  const std::string where = member_path(source, "added_tokens_decoder");
  expect_object(*decoder, where);
  for (const auto& [key, token] : decoder->items()) {
    AddedToken added;
    if (key.empty() || key.size() > 9 || key.find_first_not_of("0123456789") != key.npos)
      throw Error(where, "the key " + in_quotes(key, 60) + " should be a token id");
    added.id = static_cast<std::int32_t>(std::stol(key));
    const std::string here = member_path(where, key);
    added.text = get_string(token, "content", here);
    added.special = get_bool_or(token, "special", here, false);
    added.normalized = get_bool_or(token, "normalized", here, false);
    for (const char* flag : {"lstrip", "rstrip", "single_word"})
      if (get_bool_or(token, flag, here, false))
        throw Error(here, flag + std::string(" is true, should be false"));
    data.added.push_back(std::move(added));
  }
}

/// Reads tokenizer.json where the directory has one, else the three files above, else the first generation's
/// qwen.tiktoken.
inline TokenizerData read_tokenizer_files(const std::string& directory) {
  const std::string all = directory + "/tokenizer.json", vocab = directory + "/vocab.json",
                    merges = directory + "/merges.txt", config = directory + "/tokenizer_config.json";
  constexpr std::uint64_t most_bytes = 256 << 20;
  if (is_regular_file(all)) return parse_tokenizer_json(read_file(all, most_bytes), all);
  const std::string ranks = directory + "/qwen.tiktoken";
  if (!is_regular_file(vocab) || !is_regular_file(merges)) {
    if (is_regular_file(ranks)) return parse_tiktoken(read_file(ranks, most_bytes), ranks);
    throw Error(directory, "no tokenizer.json, and no vocab.json with merges.txt, and no qwen.tiktoken",
                "is it the directory of a checkpoint?");
  }
  TokenizerData data;
  data.source = vocab;
  VocabJsonReader reader(data);
  const std::string text = read_file(vocab, most_bytes);
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) throw Error(vocab, "not valid JSON");
  parse_merges_txt(read_file(merges, most_bytes), merges, data.merges);
  if (is_regular_file(config)) add_configured_tokens(read_json_file(config), config, data);
  return data;
}

}  // namespace qwen3vl
