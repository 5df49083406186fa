#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/byte_map.hpp>
#include <qwen3vl/input/tokenizer_data.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/media/data_url.hpp>

/// The tokenizer of the first Qwen-VL, one file `qwen.tiktoken` with a token a line, its bytes in base64 and its rank:
///
///   IQ== 0
///
/// The rank is the id. There is no list of merges: any two neighbours that together are a token may merge, and the
/// lowest rank goes first, the leftmost where it is the same; a piece of the split that is a token is that token. The
/// control tokens stand in no file, their ids follow the last rank (tokenization_qwen.py of the release):
///
///   <|endoftext|> <|im_start|> <|im_end|>   <|extra_0|> … <|extra_204|>
///   <ref> </ref> <box> </box> <quad> </quad> <img> </img> <imgpad>
///
/// NFC comes first there and these tokens are looked for behind it. Those that say where something is are no control
/// tokens here: they are a part of the answer.
namespace qwen3vl {

namespace tiktoken_detail {

inline constexpr std::size_t longest_token = 1024;  // bytes; the released file's longest has 128
inline constexpr std::size_t most_halves = std::size_t{1}
                                           << 22;  // ways to cut tokens in two; released: 824,326

inline void add_token(std::string_view line, const std::string& where, StringPool& bytes,
                      TokenizerData& data) {
  const std::size_t space = line.find(' ');
  std::int32_t rank = -1;
  if (space != line.npos) {
    const char* const end = line.data() + line.size();
    const auto [behind, error] = std::from_chars(line.data() + space + 1, end, rank);
    if (error != std::errc() || behind != end) rank = -1;
  }
  if (rank < 0)
    throw Error(where, "is " + in_quotes(line, 60) + ", should be a token in base64 and its rank");
  const std::vector<std::uint8_t> token = base64_decode(line.substr(0, space), where);
  if (token.empty() || token.size() > longest_token)
    throw Error(where, "a token of " + std::to_string(token.size()) + " bytes, should be 1 to " +
                           std::to_string(longest_token));
  bytes.push(std::string_view(reinterpret_cast<const char*>(token.data()), token.size()));
  std::string symbols;
  for (const std::uint8_t byte : token) append_utf8(symbols, byte_map.symbol[byte]);
  data.symbols.push(symbols);
  data.ids.push_back(rank);
}

/// Every way in which two tokens are a third.
inline void add_merges(const StringPool& bytes, const StringIndex& index, TokenizerData& data) {
  std::size_t halves = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::string_view token = bytes[i];
    if ((halves += token.size() - 1) > most_halves)
      throw Error(data.source, "its tokens have more than " + std::to_string(most_halves) + " bytes");
    for (std::size_t cut = 1; cut < token.size(); ++cut) {
      const std::size_t left = index.find(token.substr(0, cut));
      const std::size_t right = left == StringIndex::none ? left : index.find(token.substr(cut));
      if (right == StringIndex::none) continue;
      const auto id = [&](std::size_t number) { return static_cast<std::int32_t>(data.ids[number]); };
      data.ranked.push_back({id(left), id(right), id(i), static_cast<std::uint32_t>(id(i))});
    }
  }
}

inline void add_control_tokens(TokenizerData& data) {
  auto id = static_cast<std::int32_t>(data.ids.size());
  const auto add = [&](std::string text, bool special) {
    data.added.push_back({id++, std::move(text), special, true});
  };
  for (const char* text : {"<|endoftext|>", "<|im_start|>", "<|im_end|>"}) add(text, true);
  for (int extra = 0; extra < 205; ++extra)
    add(std::string("<|extra_").append(std::to_string(extra)).append("|>"), true);
  for (const char* text : {"<ref>", "</ref>", "<box>", "</box>", "<quad>", "</quad>"}) add(text, false);
  for (const char* text : {"<img>", "</img>", "<imgpad>"}) add(text, true);
}

}  // namespace tiktoken_detail

/// `source` names the text in messages.
inline TokenizerData parse_tiktoken(std::string_view text, const std::string& source) {
  TokenizerData data;
  data.source = source;
  data.whole_pieces = true;
  StringPool bytes;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty())
      tiktoken_detail::add_token(line, source + ": line " + std::to_string(number), bytes, data);
  }
  const StringIndex index(bytes);
  for (int byte = 0; byte < 256; ++byte)
    if (const char one = static_cast<char>(byte); index.find({&one, 1}) == StringIndex::none)
      throw Error(source, "no token of the byte " + std::to_string(byte), "a file that was cut off?");
  tiktoken_detail::add_merges(bytes, index, data);
  tiktoken_detail::add_control_tokens(data);
  return data;
}

}  // namespace qwen3vl
