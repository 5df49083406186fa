#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qwen3vl {

/// The tokens that steer the model: the ones flagged special. In a text of a user, a web page or a tool
/// they would end the turn, speak as somebody else, or claim a picture.
inline constexpr std::array<std::string_view, 14> control_tokens{
    "<|endoftext|>",  "<|im_start|>",   "<|im_end|>",     "<|object_ref_start|>", "<|object_ref_end|>",
    "<|box_start|>",  "<|box_end|>",    "<|quad_start|>", "<|quad_end|>",         "<|vision_start|>",
    "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>",  "<|video_pad|>"};

/// Those of the first Qwen-VL, input/tiktoken_file.hpp; the last begins 205 of them. What marks places, <ref> and
/// <box>, is for everybody to write.
inline constexpr std::array<std::string_view, 7> qwen_vl_control_tokens{
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<imgpad>", "<|extra_"};

using TokenList = std::span<const std::string_view>;

struct ControlToken {
  std::size_t at;          // byte of the text; its size when there is none
  std::string_view token;  // empty when there is none
};

/// The first control token at or after byte `from`.
inline ControlToken find_control_token(std::string_view text, std::size_t from = 0,
                                       TokenList tokens = control_tokens) {
  for (std::size_t at = text.find('<', from); at != text.npos; at = text.find('<', at + 1))
    for (const std::string_view token : tokens)
      if (text.substr(at, token.size()) == token) return {at, token};
  return {text.size(), {}};
}

/// What a chat template does about control tokens in the texts it is given.
enum class ControlTokens {
  refuse,  // an Error that names token and message: the default, for nobody writes them by accident
  allow,   // they become control tokens, as in the reference
};

/// Text put together from trusted and foreign strings, which remembers the control tokens that belong.
/// One that foreign strings bring along, or form where two of them meet, is found at the end.
class MarkedText {
 public:
  /// What counts as a control token.
  explicit MarkedText(TokenList tokens = control_tokens) : tokens_(tokens) {}

  /// A string of the template's own.
  void add_own(std::string_view own) {
    for (ControlToken hit = find_control_token(own, 0, tokens_); !hit.token.empty();
         hit = find_control_token(own, hit.at + hit.token.size(), tokens_))
      marks_.push_back(text_.size() + hit.at);
    text_ += own;
  }
  void add_foreign(std::string_view foreign) { text_ += foreign; }
  /// Bytes [begin, end) of another.
  void add(const MarkedText& other, std::size_t begin, std::size_t end) {
    for (const std::size_t mark : other.marks_)
      if (mark >= begin && mark < end) marks_.push_back(text_.size() + mark - begin);
    text_.append(other.text_, begin, end - begin);
  }
  void add(const MarkedText& other) { add(other, 0, other.text_.size()); }

  const std::string& text() const { return text_; }

  /// The first control token that does not belong.
  ControlToken find_foreign() const {
    auto mark = marks_.begin();
    ControlToken hit = find_control_token(text_, 0, tokens_);
    for (; !hit.token.empty(); hit = find_control_token(text_, hit.at + hit.token.size(), tokens_)) {
      mark = std::find_if(mark, marks_.end(), [&](std::size_t at) { return at >= hit.at; });
      if (mark == marks_.end() || *mark != hit.at) return hit;
    }
    return hit;
  }

 private:
  TokenList tokens_;
  std::string text_;
  std::vector<std::size_t> marks_;  // where the control tokens that belong begin, ascending
};

}  // namespace qwen3vl
