#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <qwen3vl/generate/completion.hpp>
#include <qwen3vl/input/utf8.hpp>

/// The id of a token is its byte, so a test can be read; 256 ends a turn and has no text.
struct FakeDecoder {
  qwen3vl::Utf8Assembler text;
  void push(std::int32_t id, std::string& out) {
    const char byte = static_cast<char>(id);
    if (id < 256) text.push(std::string_view(&byte, 1), out);
  }
  void finish(std::string& out) { text.flush(out); }
};
static_assert(qwen3vl::TextDecoder<FakeDecoder>);

inline constexpr std::int32_t end_of_turn = 256;
