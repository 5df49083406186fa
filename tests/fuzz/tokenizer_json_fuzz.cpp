#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <qwen3vl/input/encoder.hpp>
#include <qwen3vl/input/streaming_decoder.hpp>
#include <qwen3vl/input/tokenizer.hpp>

/// Any bytes as tokenizer.json, vocab.json and merges.txt: an Error, or a tokenizer that works.
namespace {

using namespace qwen3vl;

void use(const TokenizerData& data) {
  const Tokenizer tokenizer(data);
  Encoder encoder(tokenizer);
  const auto ids = encoder.encode("ab abab <|im_end|>\n\n 1é\xFF e\xCC\x81 <|x|>");
  for (const auto id : ids)
    if (id < 0 || id >= tokenizer.size()) std::abort();
  if (encoder.encode("ab abab <|im_end|>\n\n 1é\xFF e\xCC\x81 <|x|>") != ids) std::abort();
  decode(tokenizer, ids, SpecialTokens::skip);
}

template <class Function> void refused_or(Function&& function) {
  try {
    function();
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  refused_or([&] { use(parse_tokenizer_json(text, "tokenizer.json")); });
  refused_or([&] {
    TokenizerData data;
    VocabJsonReader reader(data);
    if (Json::sax_parse(text.begin(), text.end(), &reader)) use(data);
  });
  refused_or([&] {
    TokenizerData data;
    parse_merges_txt(text, "merges.txt", data.merges);
  });
  refused_or([&] {
    TokenizerData data;
    add_configured_tokens(parse_json(text, "tokenizer_config.json"), "tokenizer_config.json", data);
    use(data);
  });
  return 0;
}
