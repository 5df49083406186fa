#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <qwen3vl/input/tokenizer.hpp>
#include <qwen3vl/input/utf8.hpp>

namespace qwen3vl {

/// Whether decoded text has the control tokens (<|im_end|>, <|image_pad|>, …).
enum class SpecialTokens { keep, skip };

/// Ids to text, one at a time. A token may end inside a character, so up to three bytes are held back
/// until the next token decides; what push returns is valid UTF-8 and never taken back.
///
///   " ﬁ" is the tokens 32495 (20 EF) and 70731 (AC 81):  push(32495) → " "   push(70731) → "ﬁ"
///
/// A special token ends the text before it, shown or skipped: an unfinished character becomes U+FFFD.
/// Ids that are no tokens (the padding rows of an embedding) have no text and change nothing.
class StreamingDecoder {
 public:
  /// The tokenizer must outlive it.
  explicit StreamingDecoder(const Tokenizer& tokenizer, SpecialTokens special = SpecialTokens::keep)
      : tokenizer_(&tokenizer), special_(special) {}

  /// Appends to `out` the text that is certain after this token.
  void push(std::int32_t id, std::string& out) {
    if (tokenizer_->is_special(id)) {
      text_.flush(out);
      if (special_ == SpecialTokens::skip) return;
    }
    text_.push(tokenizer_->bytes(id), out);
  }
  std::string push(std::int32_t id) {
    std::string out;
    push(id, out);
    return out;
  }
  /// After the last token: what was held back, as U+FFFD.
  void finish(std::string& out) { text_.flush(out); }
  std::string finish() {
    std::string out;
    finish(out);
    return out;
  }

 private:
  const Tokenizer* tokenizer_;
  SpecialTokens special_;
  Utf8Assembler text_;
};

/// The text of all ids. Spaces are not cleaned up.
inline std::string decode(const Tokenizer& tokenizer, std::span<const std::int32_t> ids,
                          SpecialTokens special = SpecialTokens::keep) {
  std::string text;
  StreamingDecoder decoder(tokenizer, special);
  for (const std::int32_t id : ids) decoder.push(id, text);
  decoder.finish(text);
  return text;
}

}  // namespace qwen3vl
