#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/utf8.hpp>

namespace qwen3vl {

/// Looks for strings in a text that arrives in pieces. Text that may yet turn out to be the beginning
/// of a stop string is held back, and no more than that: the longest end of the text that begins one.
///
///   stop "\nUser:"    push("Hi.\nUs") → "Hi."    push("e it.") → "\nUse it."
///
/// The first stop string to be complete ends the text; of two that are complete at once, the longer.
/// So the result does not depend on where the pieces are cut. Knuth, Morris & Pratt 1977, once for each
/// string: every byte is looked at once.
class StopStrings {
 public:
  StopStrings() = default;
  explicit StopStrings(const std::vector<std::string>& strings) {
    for (const std::string& string : strings) {
      if (string.empty())
        throw Error("StopStrings", "a stop string is empty", "it would end every text at once");
      if (valid_utf8_prefix(string) != string.size())
        throw Error("StopStrings", "a stop string is not UTF-8");
      strings_.push_back({string, borders(string), 0});
    }
  }

  /// Takes the next piece and appends to `out` what is certain to stay. True when a stop string is
  /// complete: `out` ends before it, `text` is what follows it, and the search begins anew. Otherwise
  /// `text` is used up.
  bool push(std::string_view& text, std::string& out) {
    if (strings_.empty()) {
      out.append(std::exchange(text, {}));
      return false;
    }
    std::size_t open = held_.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
      held_ += text[i];
      std::size_t complete = 0;
      open = 0;
      for (Search& search : strings_) {
        search.advance(text[i]);
        open = std::max(open, search.matched);
        if (search.matched == search.string.size()) complete = std::max(complete, search.matched);
      }
      if (complete > 0) {
        held_.resize(held_.size() - complete);
        text.remove_prefix(i + 1);
        finish(out);
        return true;
      }
    }
    out.append(held_, 0, held_.size() - open);
    held_.erase(0, held_.size() - open);
    text = {};
    return false;
  }

  /// The text has ended: appends what was held back.
  void finish(std::string& out) {
    out.append(held_);
    held_.clear();
    for (Search& search : strings_) search.matched = 0;
  }

 private:
  struct Search {
    std::string string;
    std::vector<std::size_t>
        border;           // border[n]: longest proper prefix of the first n bytes that also ends them
    std::size_t matched;  // how many bytes of `string` the text ends with

    void advance(char byte) {
      while (matched > 0 && string[matched] != byte) matched = border[matched];
      if (string[matched] == byte) ++matched;
    }
  };

  static std::vector<std::size_t> borders(const std::string& string) {
    std::vector<std::size_t> border(string.size() + 1, 0);
    for (std::size_t n = 1, k = 0; n < string.size(); ++n) {
      while (k > 0 && string[k] != string[n]) k = border[k];
      if (string[k] == string[n]) ++k;
      border[n + 1] = k;
    }
    return border;
  }

  std::vector<Search> strings_;
  std::string held_;  // between two calls: the longest beginning of a stop string that ends the text
};

}  // namespace qwen3vl
