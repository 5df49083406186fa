#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace qwen3vl {

/// Finds added tokens literally in a text: at each place from the left, the longest that matches.
///
/// A trie of their bytes. Texts with none of the first bytes are passed at the speed of memchr.
class AddedTokenFinder {
 public:
  AddedTokenFinder() : nodes_(1) { is_first_.fill(false); }

  /// `text` is not empty.
  void add(std::string_view text, std::int32_t id) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (!is_first_[first]) ++firsts_, only_first_ = text[0];
    is_first_[first] = true;
    std::size_t node = 0;
    for (const char byte : text) {
      const auto [next, is_new] = nodes_[node].next.try_emplace(byte, nodes_.size());
      node = next->second;
      if (is_new) nodes_.emplace_back();  // after `next` was read: this may move the nodes
    }
    nodes_[node].id = id;
  }

  /// Calls `between(text)` for each stretch without a token and `token(id)` for each token, in order.
  template <class Between, class Token>
  void split(std::string_view text, Between&& between, Token&& token) const {
    std::size_t begin = 0;  // of the stretch
    for (std::size_t at = next_candidate(text, 0); at < text.size(); at = next_candidate(text, at)) {
      std::size_t node = 0, end = at, found_end = at;
      std::int32_t found = -1;
      while (end < text.size()) {
        const auto next = nodes_[node].next.find(text[end]);
        if (next == nodes_[node].next.end()) break;
        node = next->second;
        ++end;
        if (nodes_[node].id >= 0) found = nodes_[node].id, found_end = end;
      }
      if (found < 0) {
        ++at;
        continue;
      }
      if (at > begin) between(text.substr(begin, at - begin));
      token(found);
      begin = at = found_end;
    }
    if (begin < text.size()) between(text.substr(begin));
  }

 private:
  std::size_t next_candidate(std::string_view text, std::size_t from) const {
    if (firsts_ == 0) return text.size();
    if (firsts_ == 1) return std::min(text.find(only_first_, from), text.size());
    while (from < text.size() && !is_first_[static_cast<unsigned char>(text[from])]) ++from;
    return from;
  }

  struct Node {
    std::map<char, std::size_t> next;
    std::int32_t id = -1;  // of the token that ends here
  };
  std::vector<Node> nodes_;
  std::array<bool, 256> is_first_;
  int firsts_ = 0;
  char only_first_ = 0;
};

}  // namespace qwen3vl
