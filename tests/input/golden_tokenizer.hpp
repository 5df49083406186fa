#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/json.hpp>

/// The tokenizer of Qwen3 for the tests of this room, and files of tokenizers made up on the spot.
namespace golden {

inline const std::string directory = QWEN3VL_TOKENIZER;

/// Read once: from vocab.json and merges.txt.
inline const qwen3vl::Tokenizer& tokenizer() {
  static const auto tokenizer = qwen3vl::Tokenizer::load(directory);
  return tokenizer;
}

inline std::vector<std::int32_t> encode(std::string_view text) {
  static qwen3vl::Encoder encoder(tokenizer());
  return encoder.encode(text);
}

inline qwen3vl::Json rows(const std::string& file) {
  return qwen3vl::read_json_file(std::string(QWEN3VL_GOLDEN) + "/" + file)["rows"];
}

/// A directory that is removed at the end of the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "qwen3vl-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << content;
  }

 private:
  std::string path_;
};

/// How a tokenizer.json writes a merge: both forms are about.
enum class MergeStyle { strings, pairs };

/// A tokenizer.json as Qwen3's, around the given vocabulary (an object), merges (lines) and added tokens
/// (the members of added_tokens_decoder).
inline std::string tokenizer_json(const std::string& vocab, const std::vector<std::string>& merges,
                                  const qwen3vl::Json& added, MergeStyle style = MergeStyle::pairs) {
  using qwen3vl::Json;
  Json frame = Json::parse(R"({
    "version": "1.0", "truncation": null, "padding": null, "added_tokens": [],
    "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": false},
      {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}]},
    "post_processor": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
    "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}})");
  frame["pre_tokenizer"]["pretokenizers"][0]["pattern"]["Regex"] = qwen3vl::split_pattern;
  for (auto& [id, token] : added.items()) {
    Json with_id = token;
    with_id["id"] = std::stoi(id);
    frame["added_tokens"].push_back(with_id);
  }
  std::string text = frame.dump(2);
  text.pop_back();  // the last brace
  text +=
      ",\n  \"model\": {\"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, "
      "\"continuing_subword_prefix\": \"\", \"end_of_word_suffix\": \"\", \"fuse_unk\": false, "
      "\"byte_fallback\": false, \"ignore_merges\": false,\n\"vocab\": " +
      vocab + ",\n\"merges\": [";
  const char* separator = "";
  for (const std::string& merge : merges) {
    text += separator;
    const std::size_t space = merge.find(' ');
    text += style == MergeStyle::strings ? Json(merge).dump()
                                         : "[" + Json(merge.substr(0, space)).dump() + "," +
                                               Json(merge.substr(space + 1)).dump() + "]";
    separator = ",\n";
  }
  return text + "]}}\n";
}

/// Qwen3's own tokenizer.json, put together from the other files.
inline std::string qwen3_tokenizer_json(MergeStyle style) {
  std::istringstream lines(qwen3vl::read_file(directory + "/merges.txt", 1 << 30));
  std::vector<std::string> merges;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("#version")) merges.push_back(line);
  return tokenizer_json(qwen3vl::read_file(directory + "/vocab.json", 1 << 30), merges,
                        qwen3vl::read_json_file(directory + "/tokenizer_config.json")["added_tokens_decoder"],
                        style);
}

/// 256 symbols of one byte, ids 0..255, then `more` from 256 on; as a JSON object.
inline std::string small_vocab(const std::vector<std::string>& more) {
  qwen3vl::Json vocab;
  for (int byte = 0; byte < 256; ++byte)
    vocab[qwen3vl::byte_map.text_of(static_cast<unsigned char>(byte))] = byte;
  for (const std::string& symbol : more) vocab[symbol] = vocab.size();
  return vocab.dump();
}

}  // namespace golden
