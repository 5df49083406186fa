#include <cstddef>
#include <cstdint>
#include <string_view>

#include <qwen3vl/model/config.hpp>

using namespace qwen3vl;

/// Any bytes as config.json: refused, or a config whose sizes are sane.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    (void)to_text(parse_ordered_json(text, "config.json"), "config.json", -1);
  } catch (const Error&) {
  }
  try {
    const Qwen3VLConfig config = read_config(parse_json(text, "config.json"), "config.json");
    if (config.text_config.hidden_size < 1 || config.vision_config.num_heads < 1) __builtin_trap();
  } catch (const Error&) {
  }
  return 0;
}
