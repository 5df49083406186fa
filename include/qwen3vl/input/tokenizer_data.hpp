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

/// What tokenizer files say, unchecked as a whole: Tokenizer's constructor judges it.
struct TokenizerData {
  std::string source;             // names the file in messages
  StringPool symbols;             // base tokens, in byte_map symbols
  std::vector<std::int64_t> ids;  // of the symbols, in the same order
  StringPool merges;              // left, right, left, right, … in rank order
  std::vector<AddedToken> added;
};

}  // namespace qwen3vl
