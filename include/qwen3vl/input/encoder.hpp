#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/nfc.hpp>
#include <qwen3vl/input/piece_cache.hpp>
#include <qwen3vl/input/pre_tokenize.hpp>
#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/input/utf8.hpp>

namespace qwen3vl {

/// Text to ids. Holds scratch and a cache of pieces, so keep one per thread and use it again.
///
///   added tokens      literally, before NFC, longest first; spaces around them stay
///   invalid UTF-8     U+FFFD for every maximal invalid subpart, then as usual
///   beginning, end    nothing is added
///
/// A prompt is encoded in one piece, placeholders expanded: tokens may join across what was put in.
class Encoder {
 public:
  /// The tokenizer must outlive it.
  explicit Encoder(const Tokenizer& tokenizer) : tokenizer_(&tokenizer), matcher_(tokenizer.regex()) {}

  std::vector<std::int32_t> encode(std::string_view text) {
    std::vector<std::int32_t> ids;
    ids.reserve(text.size() / 4 + 8);
    append(text, ids);
    return ids;
  }

  /// Appends the ids of `text`.
  void append(std::string_view text, std::vector<std::int32_t>& ids) {
    if (text.size() > most_bytes)
      throw Error("encode text",
                  std::to_string(text.size()) + " bytes are more than " + std::to_string(most_bytes),
                  "encode it line by line");
    if (valid_utf8_prefix(text) != text.size()) {
      repaired_ = repair_utf8(text);
      text = repaired_;
    }
    cache_.reserve_for(text.size());
    tokenizer_->added_raw().split(
        text, [&](std::string_view stretch) { append_stretch(to_nfc(stretch, normal_), ids); },
        [&](std::int32_t id) { ids.push_back(id); });
  }

 private:
  static constexpr std::size_t most_bytes = std::size_t{1}
                                            << 26;  // merging takes up to 28 bytes of memory each

  /// `text` is in NFC.
  void append_stretch(std::string_view text, std::vector<std::int32_t>& ids) {
    tokenizer_->added_normalized().split(
        text,
        [&](std::string_view stretch) {
          pre_tokenize(matcher_, stretch, [&](std::string_view piece) { append_piece(piece, ids); });
        },
        [&](std::int32_t id) { ids.push_back(id); });
  }

  void append_piece(std::string_view piece, std::vector<std::int32_t>& ids) {
    if (const auto cached = cache_.find(piece); !cached.empty()) {
      ids.insert(ids.end(), cached.begin(), cached.end());
      return;
    }
    piece_ids_.clear();
    if (const auto whole = tokenizer_->whole_piece(piece)) {
      piece_ids_.push_back(*whole);
    } else {
      for (const char byte : piece)
        if (const std::int32_t id = tokenizer_->byte_id(static_cast<unsigned char>(byte)); id >= 0)
          piece_ids_.push_back(id);
      bpe_.merge(tokenizer_->merges(), piece_ids_);
    }
    cache_.keep(piece, piece_ids_);
    ids.insert(ids.end(), piece_ids_.begin(), piece_ids_.end());
  }

  const Tokenizer* tokenizer_;
  RegexMatcher matcher_;
  PieceCache cache_;
  Bpe bpe_;
  std::string repaired_, normal_;
  std::vector<std::int32_t> piece_ids_;
};

}  // namespace qwen3vl
