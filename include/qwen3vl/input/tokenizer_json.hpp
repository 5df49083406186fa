#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/pre_tokenize.hpp>
#include <qwen3vl/input/tokenizer_data.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/json.hpp>

/// tokenizer.json to TokenizerData. The file has 0.8 million values, so it is read as a stream of
/// events and never becomes a tree:
///
///   added_tokens   [ {"id", "content", "special", "normalized", …}, … ]
///   model.vocab    { symbols: id, … }
///   model.merges   [ "left right", … ]  or  [ ["left", "right"], … ]
///   the rest       which kind of tokenizer it is; anything but Qwen's is refused by name
namespace qwen3vl {

/// "left right" to two strings of the pool.
inline void push_merge(std::string_view line, const std::string& where, StringPool& merges) {
  const std::size_t space = line.find(' ');
  if (space == line.npos || space == 0 || space + 1 == line.size() || line.find(' ', space + 1) != line.npos)
    throw Error(where, "merge " + std::to_string(merges.size() / 2) + " is " + in_quotes(line, 60) +
                           ", should be two symbols with a space between");
  merges.push(line.substr(0, space));
  merges.push(line.substr(space + 1));
}

/// The event handler. Where an event belongs is told by `path_`, the keys of the open containers.
class TokenizerJsonReader {
 public:
  explicit TokenizerJsonReader(std::string source) { data_.source = std::move(source); }

  // ---- the JSON library's side ----
  bool null() { return scalar("null"); }
  bool boolean(bool value) { return scalar(value ? "true" : "false", value); }
  bool number_integer(Json::number_integer_t value) { return number(value); }
  bool number_unsigned(Json::number_unsigned_t value) {
    return number(value > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(value));
  }
  bool number_float(Json::number_float_t, const std::string& text) {
    if (in_vocab()) wrong("model.vocab has the id " + in_quotes(text, 40));
    return scalar(text);
  }
  bool string(std::string& value) {
    if (in_merges()) {
      push_merge(value, data_.source, data_.merges);
    } else if (in_merge()) {
      if (++merge_parts_ > 2)
        wrong("merge " + std::to_string(data_.merges.size() / 2) + " has more than two parts");
      data_.merges.push(value);
    } else if (in_vocab()) {
      wrong("model.vocab: the id of " + in_quotes(symbol_, 60) + " is not an integer");
    } else if (in_added_token()) {
      if (path_.back() == "content") data_.added.back().text = value;
    } else {
      fact(in_quotes(value, 400));
    }
    return true;
  }
  bool binary(Json::binary_t&) { return false; }
  bool start_object(std::size_t) {
    open("");
    if (in_added_token()) data_.added.emplace_back();
    return true;
  }
  bool key(std::string& value) {
    (in_vocab() ? symbol_ : path_.back()) = value;
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(std::size_t) {
    open("[]");
    if (in_added_token()) wrong("added_tokens has a list, should have objects");
    return true;
  }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    throw Error(data_.source, "not valid JSON: " + json_message(error.what()));
  }

  /// After the last event: checks what kind of tokenizer the file describes.
  TokenizerData finish() {
    expect("model.type", {"\"BPE\"", ""});  // old files do not say
    expect("model.dropout", {"null", "", "0.0", "0"});
    expect("model.unk_token", {"null", ""});
    expect("model.continuing_subword_prefix", {"null", "", "\"\""});
    expect("model.end_of_word_suffix", {"null", "", "\"\""});
    expect("model.byte_fallback", {"false", "", "null"});
    expect("model.ignore_merges", {"false", "", "null"});
    expect("normalizer.type", {"\"NFC\""});
    expect("pre_tokenizer.type", {"\"Sequence\""});
    const std::string step = "pre_tokenizer.pretokenizers.[]";
    expect(step + ".type", {"\"Split\" \"ByteLevel\""});
    expect(step + ".pattern.Regex", {in_quotes(split_pattern, 400)});
    expect(step + ".behavior", {"\"Isolated\""});
    expect(step + ".invert", {"false"});
    expect(step + ".add_prefix_space", {"false"});
    expect(step + ".use_regex", {"false"});
    expect("post_processor.type", {"\"ByteLevel\"", ""});
    expect("decoder.type", {"\"ByteLevel\""});
    if (data_.ids.empty()) wrong("model.vocab is missing or empty");
    return std::move(data_);
  }

 private:
  static constexpr std::size_t deepest = 32, most_facts = 4096, most_added = 1 << 16;

  [[noreturn]] void wrong(const std::string& what) const { throw Error(data_.source, what); }

  bool in_model(std::size_t depth, std::string_view key) const {
    return path_.size() == depth && path_[0] == "model" && path_[1] == key;
  }
  bool in_vocab() const { return in_model(3, "vocab"); }
  bool in_merges() const { return in_model(3, "merges"); }
  bool in_merge() const { return in_model(4, "merges"); }
  bool in_added_token() const { return path_.size() == 3 && path_[0] == "added_tokens"; }

  void open(const char* name) {
    if (path_.size() >= deepest) wrong("JSON nested deeper than " + std::to_string(deepest) + " levels");
    if (in_vocab()) wrong("model.vocab: the id of " + in_quotes(symbol_, 60) + " is not an integer");
    if (data_.added.size() >= most_added) wrong("more than " + std::to_string(most_added) + " added tokens");
    path_.emplace_back(name);
    merge_parts_ = 0;
  }
  bool close() {
    if (in_merge() && merge_parts_ != 2)
      wrong("merge " + std::to_string(data_.merges.size() / 2) + " has " + std::to_string(merge_parts_) +
            " parts, should have two");
    path_.pop_back();
    return true;
  }

  bool scalar(const std::string& text, bool truth = false) {
    if (in_vocab()) wrong("model.vocab: the id of " + in_quotes(symbol_, 60) + " is " + text);
    if (in_merges() || in_merge()) wrong("model.merges has the entry " + text);
    if (in_added_token()) {
      AddedToken& token = data_.added.back();
      const std::string& key = path_.back();
      if (key == "special") token.special = truth;
      if (key == "normalized") token.normalized = truth;
      if (truth && (key == "lstrip" || key == "rstrip" || key == "single_word"))
        wrong("added token " + std::to_string(token.id) + " has " + key + " = true, should be false");
      return true;
    }
    fact(text);
    return true;
  }
  bool number(std::int64_t value) {
    if (in_vocab()) {
      data_.symbols.push(symbol_);
      data_.ids.push_back(value);
      return true;
    }
    if (in_added_token() && path_.back() == "id") {
      data_.added.back().id = value < 0 || value > INT32_MAX ? -1 : static_cast<std::int32_t>(value);
      return true;
    }
    return scalar(std::to_string(value));
  }

  /// Small things by their path: "pre_tokenizer.type" → "\"Sequence\"". In lists, one after the other.
  void fact(const std::string& text) {
    if (path_.empty()) wrong("is " + text + ", should be a JSON object");
    const std::string& top = path_.front();
    if (top != "model" && top != "normalizer" && top != "pre_tokenizer" && top != "post_processor" &&
        top != "decoder")
      return;
    std::string name = top;
    for (std::size_t i = 1; i < path_.size(); ++i) name += "." + path_[i];
    std::string& value = facts_[name];
    value += (value.empty() ? "" : " ") + text;
    if (++fact_count_ > most_facts) wrong("is not a tokenizer: " + name + " and all before it are too much");
  }
  void expect(const std::string& name, const std::vector<std::string>& allowed) const {
    const auto found = facts_.find(name);
    const std::string value = found == facts_.end() ? "" : found->second;
    for (const std::string& good : allowed)
      if (value == good) return;
    throw Error(data_.source,
                name + " is " + (value.empty() ? "missing" : value) + ", should be " + allowed.front(),
                "only Qwen's byte-level BPE is known");
  }

  TokenizerData data_;
  std::vector<std::string> path_;  // one a container: its current key, "[]" for an array
  std::map<std::string, std::string> facts_;
  std::size_t fact_count_ = 0;
  std::string symbol_;  // the current key of model.vocab
  int merge_parts_ = 0;
};

/// `source` names the text in messages.
inline TokenizerData parse_tokenizer_json(std::string_view text, const std::string& source) {
  TokenizerJsonReader reader(source);
  if (!Json::sax_parse(text.begin(), text.end(), &reader)) throw Error(source, "not valid JSON");
  return reader.finish();
}

}  // namespace qwen3vl
