#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <qwen3vl/input/string_pool.hpp>

namespace qwen3vl {

/// A token that is matched literally in the text, before BPE sees it.
struct AddedToken {
  std::int32_t id = -1;
  std::string text;
  bool special = false;     // a control token: decoding may skip it
  bool normalized = false;  // looked for after NFC instead of before
};

/// A merge of two tokens, by their ids. Of those that can be applied, the one of the lowest rank is.
struct RankedMerge {
  std::int32_t left, right, merged;
  std::uint32_t rank;
};

/// What tokenizer files say, unchecked as a whole: Tokenizer's constructor judges it.
struct TokenizerData {
  std::string source;               // names the file in messages
  StringPool symbols;               // base tokens, in byte_map symbols
  std::vector<std::int64_t> ids;    // of the symbols, in the same order
  StringPool merges;                // left, right, left, right, … in rank order
  std::vector<RankedMerge> ranked;  // of files that rank the merged tokens; else `merges` has them
  bool whole_pieces = false;  // a piece of the split that is a token is that, whatever the merges make of it
  std::vector<AddedToken> added;
};

}  // namespace qwen3vl
