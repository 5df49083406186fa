#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/input/tiktoken_file.hpp>
#include <qwen3vl/input/tokenizer.hpp>

/// Any bytes as qwen.tiktoken: an Error, or a tokenizer that works.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace qwen3vl;
  constexpr const char* text = "ab abab <|im_end|>\n\n 1é\xFF e\xCC\x81 <img>a</img>";
  try {
    const Tokenizer tokenizer(parse_tiktoken({reinterpret_cast<const char*>(bytes), size}, "qwen.tiktoken"));
    Encoder encoder(tokenizer);
    const auto ids = encoder.encode(text);
    for (const auto id : ids)
      if (id < 0 || id >= tokenizer.size()) std::abort();
    if (encoder.encode(text) != ids) std::abort();
    decode(tokenizer, ids, SpecialTokens::skip);
  } catch (const Error&) {
  }
  return 0;
}
