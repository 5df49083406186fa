#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/added_tokens.hpp>
#include <qwen3vl/input/bpe.hpp>
#include <qwen3vl/input/byte_map.hpp>
#include <qwen3vl/input/nfc.hpp>
#include <qwen3vl/input/pre_tokenize.hpp>
#include <qwen3vl/input/tokenizer_data.hpp>
#include <qwen3vl/input/vocabulary_files.hpp>
#include <qwen3vl/io/in_quotes.hpp>

namespace qwen3vl {

/// The byte-level BPE tokenizer of Qwen2 and Qwen3, between text and ids:
///
///   text ─▶ split at added tokens ─▶ NFC ─▶ split by regex ─▶ bytes ─▶ merges ─▶ ids
///   ids  ─▶ bytes of each token, put together ─▶ UTF-8, invalid parts as U+FFFD ─▶ text
///
///   const auto tokenizer = Tokenizer::load(directory);
///   const std::vector<std::int32_t> ids = Encoder(tokenizer).encode("Hello, world!");  // 9707 11 1879 0
///   const std::string text = decode(tokenizer, ids);
///
/// This is the vocabulary alone: immutable, so threads may share it. Encoding is input/encoder.hpp,
/// decoding input/streaming_decoder.hpp.
class Tokenizer {
 public:
  /// From a checkpoint's directory: tokenizer.json, or vocab.json with merges.txt, or qwen.tiktoken.
  static Tokenizer load(const std::string& directory) { return Tokenizer(read_tokenizer_files(directory)); }

  /// Refuses ids and symbols that come twice, ids out of range and merges of unknown symbols.
  explicit Tokenizer(const TokenizerData& data)
      : merges_(data.merges.size() / 2 + data.ranked.size()), regex_(split_pattern_for_pcre2()) {
    const StringIndex index(data.symbols);
    if (index.twice() != StringIndex::none)
      throw Error(data.source, "the symbol " + in_quotes(data.symbols[index.twice()], 60) + " comes twice");
    add_base_tokens(data);
    add_added_tokens(data);
    add_merges(data, index);
    for (int byte = 0; byte < 256; ++byte) {
      const std::size_t found = index.find(byte_map.text_of(static_cast<unsigned char>(byte)));
      byte_ids_[static_cast<std::size_t>(byte)] =
          found == StringIndex::none ? -1 : static_cast<std::int32_t>(data.ids[found]);
    }
    if (data.whole_pieces) find_whole_pieces(data);
  }

  /// One more than the largest id. A model's vocab_size may be larger.
  std::int32_t size() const { return static_cast<std::int32_t>(tokens_.size()); }

  /// What the token adds to a text; empty for an id that is no token. Alone it may be no valid UTF-8.
  std::string_view bytes(std::int32_t id) const {
    if (id < 0 || id >= size()) return {};
    const Token& token = tokens_[static_cast<std::size_t>(id)];
    return std::string_view(bytes_).substr(token.begin, token.length);
  }
  bool is_added(std::int32_t id) const {
    return id >= 0 && id < size() && tokens_[static_cast<std::size_t>(id)].added;
  }
  /// A control token such as <|im_end|>. <think> and <tool_call> are added, but not special.
  bool is_special(std::int32_t id) const {
    return id >= 0 && id < size() && tokens_[static_cast<std::size_t>(id)].special;
  }
  /// The id of an added token: "<|image_pad|>" → 151655.
  std::optional<std::int32_t> added_id(std::string_view text) const {
    const auto found = added_.find(text);
    return found == added_.end() ? std::nullopt : std::optional(found->second);
  }

  // ---- for Encoder ----
  const AddedTokenFinder& added_raw() const { return raw_; }
  const AddedTokenFinder& added_normalized() const { return normalized_; }
  const Merges& merges() const { return merges_; }
  const Regex& regex() const { return regex_; }
  /// The token of one byte; -1 in a small vocabulary that lacks it: such bytes are dropped, as the
  /// reference does.
  std::int32_t byte_id(unsigned char byte) const { return byte_ids_[byte]; }
  /// The token that a whole piece of the split is though merging its bytes would not make it; else nothing.
  std::optional<std::int32_t> whole_piece(std::string_view piece) const {
    if (whole_pieces_.empty()) return std::nullopt;
    const auto found = whole_pieces_.find(piece);
    return found == whole_pieces_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  // Both bound the memory that a small file can ask for: a table of ids, a trie of added tokens.
  static constexpr std::int64_t most_ids = 1 << 22;
  static constexpr std::size_t most_added_bytes = 1 << 20;

  struct Token {
    std::uint32_t begin = 0, length = 0;  // in bytes_
    bool known = false, added = false, special = false;
  };

  Token& new_token(std::int64_t id, std::string_view text, const std::string& source) {
    if (id < 0 || id >= most_ids)
      throw Error(source, "the id " + std::to_string(id) + " of " + in_quotes(text, 60) + " should be 0 to " +
                              std::to_string(most_ids - 1));
    if (id >= size()) tokens_.resize(static_cast<std::size_t>(id) + 1);
    Token& token = tokens_[static_cast<std::size_t>(id)];
    if (token.known)
      throw Error(source, "the id " + std::to_string(id) + " is that of " +
                              in_quotes(bytes(static_cast<std::int32_t>(id)), 60) + " and of " +
                              in_quotes(text, 60));
    token.known = true;
    token.begin = static_cast<std::uint32_t>(bytes_.size());
    return token;
  }
  void end_token(Token& token, const std::string& source) {
    if (bytes_.size() > UINT32_MAX) throw Error(source, "more than 4 GiB of tokens");
    token.length = static_cast<std::uint32_t>(bytes_.size()) - token.begin;
  }

  void add_base_tokens(const TokenizerData& data) {
    if (data.symbols.size() != data.ids.size()) throw Error(data.source, "as many ids as symbols are needed");
    for (std::size_t i = 0; i < data.ids.size(); ++i) {
      Token& token = new_token(data.ids[i], data.symbols[i], data.source);
      byte_map.append_bytes(data.symbols[i], bytes_);
      end_token(token, data.source);
    }
  }

  void add_added_tokens(const TokenizerData& data) {
    std::size_t added_bytes = 0;
    std::string normal;
    for (const AddedToken& added : data.added) {
      if ((added_bytes += added.text.size()) > most_added_bytes)
        throw Error(data.source, "more than " + std::to_string(most_added_bytes) + " bytes of added tokens");
      if (added.text.empty())
        throw Error(data.source, "the added token " + std::to_string(added.id) + " is empty");
      if (added_id(added.text))
        throw Error(data.source, "the added token " + in_quotes(added.text, 60) + " comes twice");
      // A token of the base vocabulary may be named again, to be matched literally.
      const bool again = bytes(added.id) == added.text;
      Token& token =
          again ? tokens_[static_cast<std::size_t>(added.id)] : new_token(added.id, added.text, data.source);
      if (!again) {
        bytes_ += added.text;
        end_token(token, data.source);
      }
      token.added = true;
      token.special = added.special;
      added.normalized ? normalized_.add(to_nfc(added.text, normal), added.id)
                       : raw_.add(added.text, added.id);
      added_.emplace(added.text, added.id);
    }
  }

  void add_merges(const TokenizerData& data, const StringIndex& index) {
    if (data.merges.size() % 2 != 0) throw Error(data.source, "a merge has two parts");
    std::string merged;
    const auto id_of = [&](std::string_view symbol, std::size_t rank) {
      const std::size_t found = index.find(symbol);
      if (found == StringIndex::none)
        throw Error(data.source, "merge " + std::to_string(rank) + " needs the symbol " +
                                     in_quotes(symbol, 60) + ", which the vocabulary does not have");
      return static_cast<std::int32_t>(data.ids[found]);
    };
    for (std::size_t rank = 0; rank < data.merges.size() / 2; ++rank) {
      const std::string_view left = data.merges[2 * rank], right = data.merges[2 * rank + 1];
      const std::int32_t left_id = id_of(left, rank), right_id = id_of(right, rank);
      merged.assign(left).append(right);
      merges_.add(left_id, right_id, {static_cast<std::uint32_t>(rank), id_of(merged, rank)});
    }
    for (const RankedMerge& merge : data.ranked)
      merges_.add(merge.left, merge.right, {merge.rank, merge.merged});
  }

  /// In a vocabulary that was learned there are none.
  void find_whole_pieces(const TokenizerData& data) {
    Bpe bpe;
    std::vector<std::int32_t> ids;
    for (const std::int64_t number : data.ids) {
      const auto id = static_cast<std::int32_t>(number);
      ids.clear();
      for (const char byte : bytes(id)) ids.push_back(byte_id(static_cast<unsigned char>(byte)));
      bpe.merge(merges_, ids);
      if (ids.size() != 1 || ids[0] != id) whole_pieces_.emplace(bytes(id), id);
    }
  }

  std::string bytes_;
  std::vector<Token> tokens_;  // by id
  std::map<std::string, std::int32_t, std::less<>> added_, whole_pieces_;
  AddedTokenFinder raw_, normalized_;
  Merges merges_;
  std::array<std::int32_t, 256> byte_ids_{};
  Regex regex_;
};

}  // namespace qwen3vl
