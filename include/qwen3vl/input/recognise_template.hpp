#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/chat_template.hpp>
#include <qwen3vl/io/file.hpp>
#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/json_get.hpp>

/// Which of our templates a checkpoint's own Jinja text is. The text is not run: a released one is known
/// by its hash; for any other the nearest of ours is named, with a warning for the user.
namespace qwen3vl {

enum class TemplateKind { instruct, thinking, qwen2_vl, qwen_vl };

struct TemplateMatch {
  TemplateKind kind;
  std::string warning;  // empty when the text is a released template
};

/// FNV-1a of the text without white space, so that line ends and indentation do not count.
constexpr std::uint64_t template_hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

struct KnownTemplate {
  TemplateKind kind;
  const char* name;
  std::uint64_t hash;
};
inline constexpr KnownTemplate known_templates[] = {
    {TemplateKind::instruct, "Qwen3-VL Instruct", 0x18C78F766ED3A949u},
    {TemplateKind::thinking, "Qwen3-VL Thinking", 0x9282444CCE576ADAu},
    {TemplateKind::qwen2_vl, "Qwen2-VL and Qwen2.5-VL", 0xB2BB11D84DEAF152u},
};

/// `text` is the Jinja source; empty where the checkpoint has none, and the prompts then are those of `without`. The
/// first generation, `without` of which is qwen_vl, has none.
inline TemplateMatch recognise_template(std::string_view text,
                                        TemplateKind without = TemplateKind::instruct) {
  if (without == TemplateKind::qwen_vl)  // released without one; its tokens are not those of the others
    return {without, text.empty()
                         ? ""
                         : "the checkpoint's own chat template is not looked at: prompts are Qwen-VL-Chat's"};
  const std::uint64_t hash = template_hash(text);
  for (const KnownTemplate& known : known_templates)
    if (hash == known.hash) return {known.kind, ""};

  const auto has = [&](std::string_view part) { return text.find(part) != text.npos; };
  const TemplateKind nearest = text.empty()     ? without
                               : has("<think>") ? TemplateKind::thinking
                               : has("You are a helpful assistant.") && !has("<tools>")
                                   ? TemplateKind::qwen2_vl
                                   : TemplateKind::instruct;
  const std::string name = known_templates[static_cast<int>(nearest)].name;
  if (text.empty()) return {nearest, "the checkpoint has no chat template: prompts are those of " + name};
  return {nearest,
          "the checkpoint's own chat template is not one that is known here: prompts are those of " + name +
              ", which may differ from what the model was trained on. Compare them before you rely on it."};
}

/// The Jinja text of a checkpoint's directory, from the first of chat_template.jinja,
/// chat_template.json and tokenizer_config.json that has one; "" when none has.
inline std::string read_template_text(const std::string& directory) {
  constexpr std::uint64_t most_bytes = 4 << 20;
  const std::string jinja = directory + "/chat_template.jinja";
  if (is_regular_file(jinja)) return read_file(jinja, most_bytes);
  for (const char* name : {"/chat_template.json", "/tokenizer_config.json"}) {
    const std::string path = directory + name;
    if (!is_regular_file(path)) continue;
    const Json json = read_json_file(path, most_bytes);
    const Json* text = find_member(json, "chat_template", path);
    if (!text) continue;
    if (!text->is_array()) return to_string_member(*text, "chat_template", path);
    for (const Json& named : *text)  // [{"name": "default", "template": "…"}, …]
      if (get_string(named, "name", path) == "default") return get_string(named, "template", path);
  }
  return {};
}

inline TemplateMatch recognise_checkpoint_template(const std::string& directory,
                                                   TemplateKind without = TemplateKind::instruct) {
  return recognise_template(read_template_text(directory), without);
}

/// The one place where the choice of a template is made at run time.
inline std::string render_chat(TemplateKind kind, const Conversation& chat,
                               const RenderOptions& options = {}) {
  switch (kind) {
    case TemplateKind::instruct:
      return render_chat<InstructTemplate>(chat, options);
    case TemplateKind::thinking:
      return render_chat<ThinkingTemplate>(chat, options);
    case TemplateKind::qwen2_vl:
      return render_chat<Qwen2VLTemplate>(chat, options);
    case TemplateKind::qwen_vl:
      return render_chat<QwenVLTemplate>(chat, options);
  }
  throw Error("chat template", "no such kind");
}

}  // namespace qwen3vl
