#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <qwen3vl/input/chat_template.hpp>
#include <qwen3vl/input/messages.hpp>
#include <qwen3vl/input/placeholders.hpp>
#include <qwen3vl/input/recognise_template.hpp>

/// Any bytes as messages: an Error, or a prompt in which every control token is the template's own.
namespace {

using namespace qwen3vl;

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++found;
  return found;
}

void render_and_expand(TemplateKind kind, const Conversation& chat, bool vision_id) {
  const std::string prompt = render_chat(kind, chat, {true, vision_id, ControlTokens::refuse});
  // Every turn that was begun is ended, but for the assistant's at the end.
  if (count(prompt, "<|im_start|>") != count(prompt, "<|im_end|>") + 1) std::abort();
  if (kind == TemplateKind::qwen_vl) {
    const std::vector<Grid> pictures(static_cast<std::size_t>(count(prompt, NoVideo::picture_pad)),
                                     Grid{1, 2, 4});
    const std::string pads = expand_placeholders<NoVideo>(prompt, pictures, {});
    if (count(pads, NoVideo::picture_pad) != 2 * static_cast<int>(pictures.size())) std::abort();
    return;
  }
  const std::vector<Grid> images(static_cast<std::size_t>(count(prompt, image_pad)), Grid{1, 2, 4});
  const std::vector<VideoGrid> videos(static_cast<std::size_t>(count(prompt, video_pad)),
                                      VideoGrid{{1, 2, 2}, {1.25}});
  const std::string expanded = expand_placeholders(prompt, images, videos);
  if (count(expanded, image_pad) != 2 * static_cast<int>(images.size())) std::abort();
  if (count(expanded, video_pad) != static_cast<int>(videos.size())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  recognise_template(text);
  Conversation chat;
  try {
    chat = parse_conversation(text, "messages");
  } catch (const Error&) {
    return 0;
  }
  for (const TemplateKind kind :
       {TemplateKind::instruct, TemplateKind::thinking, TemplateKind::qwen2_vl, TemplateKind::qwen_vl}) {
    try {
      render_and_expand(kind, chat, size % 2 == 0);
    } catch (const Error&) {
    }
    try {
      render_chat(kind, chat, {false, true, ControlTokens::allow});
    } catch (const Error&) {
    }
  }
  return 0;
}
