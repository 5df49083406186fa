#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/input/control_tokens.hpp>
#include <qwen3vl/input/message.hpp>
#include <qwen3vl/input/reasoning.hpp>

/// A conversation to the text of its prompt, character for character as the checkpoint's Jinja template
/// prints it. Every turn is
///
///   <|im_start|>ROLE\n … <|im_end|>\n
///
/// and a picture inside it <|vision_start|><|image_pad|><|vision_end|>, a video the same with
/// <|video_pad|>; input/placeholders.hpp expands them.
///
/// A policy answers one question, *which generation's template?*
///
///   InstructTemplate   Qwen3-VL Instruct    tools; pictures in user and tool turns only
///   ThinkingTemplate   Qwen3-VL Thinking    tools; opens <think>; forgets reasoning of earlier turns
///   Qwen2VLTemplate    Qwen2-VL, 2.5-VL     no tools; a system turn is made up when there is none
///   QwenVLTemplate     Qwen-VL-Chat         the same, and pictures are "Picture 1: <img><imgpad></img>\n"
namespace qwen3vl {

struct RenderOptions {
  bool add_generation_prompt = true;  // end with the beginning of the assistant's turn
  bool add_vision_id = false;         // "Picture 1: ", "Video 1: " before each, counted separately
  ControlTokens control_tokens = ControlTokens::refuse;
};

struct InstructTemplate {
  static constexpr bool has_tools = true, has_reasoning = false;
  static constexpr std::string_view default_system = "";
  static constexpr std::string_view generation_prompt = "<|im_start|>assistant\n";
};
struct ThinkingTemplate {
  static constexpr bool has_tools = true, has_reasoning = true;
  static constexpr std::string_view default_system = "";
  static constexpr std::string_view generation_prompt = "<|im_start|>assistant\n<think>\n";
};
struct Qwen2VLTemplate {
  static constexpr bool has_tools = false, has_reasoning = false;
  static constexpr std::string_view default_system =
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n";
  static constexpr std::string_view generation_prompt = "<|im_start|>assistant\n";
};

/// As the release's make_context and from_list_format have it, but that these tokenise role and text apart, so that line
/// ends before a text do not join. A placeholder stands for the address, which nobody sees. Numbers go on over the turns.
struct QwenVLTemplate : Qwen2VLTemplate {
  static constexpr std::string_view picture = "<img><imgpad></img>\n";
  static constexpr TokenList control = qwen_vl_control_tokens;
};

template <class T>
concept ChatTemplate = requires {
  { T::has_tools } -> std::convertible_to<bool>;
  { T::has_reasoning } -> std::convertible_to<bool>;
  { T::default_system } -> std::convertible_to<std::string_view>;
  { T::generation_prompt } -> std::convertible_to<std::string_view>;
};
static_assert(ChatTemplate<InstructTemplate> && ChatTemplate<ThinkingTemplate> &&
              ChatTemplate<Qwen2VLTemplate> && ChatTemplate<QwenVLTemplate>);

/// What the templates have in common unless they say otherwise.
template <ChatTemplate T> constexpr TokenList control_tokens_of() {
  if constexpr (requires { T::control; })
    return T::control;
  else
    return control_tokens;
}
/// How a template shows pictures and clips.
struct VisionWords {
  std::string_view picture = "<|vision_start|><|image_pad|><|vision_end|>";
  std::string_view clip = "<|vision_start|><|video_pad|><|vision_end|>";  // empty: it knows none
  bool numbers = false;                                                   // always, not only when asked
};
template <ChatTemplate T> constexpr VisionWords vision_words_of() {
  if constexpr (requires { T::picture; })
    return {T::picture, {}, true};
  else
    return {};
}

/// Numbers pictures and videos through a conversation.
class VisionCounter {
 public:
  explicit VisionCounter(bool print, VisionWords words = {})
      : words_(words), print_(print || words.numbers) {}

  enum class Count { on, off };  // off: for a second look at the same message
  void add_parts(const std::vector<Part>& parts, Count count, MarkedText& out) {
    for (const Part& part : parts) {
      if (part.kind == Part::Kind::image)
        add_one("Picture ", images_, count, words_.picture, out);
      else if (part.kind == Part::Kind::video)
        add_one("Video ", videos_, count, words_.clip, out);
      else
        out.add_foreign(part.text);
    }
  }

 private:
  void add_one(const char* name, int& counter, Count count, std::string_view placeholder,
               MarkedText& out) const {
    if (placeholder.empty()) throw Error("chat template", "this model's template knows no clips");
    if (count == Count::on) ++counter;
    if (print_) out.add_own(name + std::to_string(counter) + ": ");
    out.add_own(placeholder);
  }
  VisionWords words_;
  bool print_;
  int images_ = 0, videos_ = 0;
};

/// Parts where the template shows text alone. A picture that carries text shows that.
inline void add_texts(const std::vector<Part>& parts, MarkedText& out) {
  for (const Part& part : parts) out.add_foreign(part.text);
}

inline void add_tool_preamble(std::span<const std::string> tools, MarkedText& out) {
  out.add_own(
      "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
      "You are provided with function signatures within <tools></tools> XML tags:\n<tools>");
  for (const std::string& tool : tools) {
    out.add_own("\n");
    out.add_foreign(tool);
  }
  out.add_own(
      "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
      "<tool_call></tool_call> XML tags:\n<tool_call>\n"
      "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>");
}

/// `after_content`: the turn has text already, so the first call begins on a new line.
inline void add_tool_calls(const std::vector<ToolCall>& calls, bool after_content, MarkedText& out) {
  for (const ToolCall& call : calls) {
    if (after_content) out.add_own("\n");
    after_content = true;
    out.add_own("<tool_call>\n{\"name\": \"");
    out.add_foreign(call.name);
    out.add_own("\", \"arguments\": ");
    out.add_foreign(call.arguments);
    out.add_own("}\n</tool_call>");
  }
}

/// The last user message that is a question and not a tool's answer: what came before it is history.
inline std::size_t last_query_index(std::span<const Message> messages, bool add_vision_id) {
  for (std::size_t i = messages.size(); i-- > 0;) {
    if (messages[i].role != Role::user) continue;
    MarkedText text;
    VisionCounter(add_vision_id).add_parts(messages[i].content, VisionCounter::Count::off, text);
    if (!text.text().starts_with("<tool_response>") || !text.text().ends_with("</tool_response>")) return i;
  }
  return messages.size() - 1;
}

/// An assistant's turn of the Thinking template, `content` rendered already. Its reasoning is shown
/// after the last question alone: the model does not see how it came to earlier answers.
inline void add_thinking_turn(const Message& message, const MarkedText& content, bool after_query, bool last,
                              MarkedText& out) {
  const std::string& text = content.text();
  MarkedText reasoning;
  TextSpan rest{0, text.size()};
  if (message.reasoning_content) {
    reasoning.add_foreign(*message.reasoning_content);
  } else {
    const ReasoningSpans spans = find_reasoning(text);
    reasoning.add(content, spans.reasoning.begin, spans.reasoning.end);
    rest = spans.content;
  }
  const bool after_content = !rest.empty();
  out.add_own("<|im_start|>assistant\n");
  if (after_query && (last || !reasoning.text().empty())) {
    TextSpan shown{0, reasoning.text().size()};
    shown = without_trailing_newlines(reasoning.text(), without_leading_newlines(reasoning.text(), shown));
    out.add_own("<think>\n");
    out.add(reasoning, shown.begin, shown.end);
    out.add_own("\n</think>\n\n");
    rest = without_leading_newlines(text, rest);
  }
  out.add(content, rest.begin, rest.end);
  add_tool_calls(message.tool_calls, after_content, out);
  out.add_own("<|im_end|>\n");
}

/// Where each message begins in the prompt, to name the one that brought a control token.
inline void refuse_foreign_control_tokens(const MarkedText& prompt, std::span<const std::size_t> begins,
                                          std::span<const Message> messages) {
  const ControlToken hit = prompt.find_foreign();
  if (hit.token.empty()) return;
  std::size_t number = 0;
  while (number < begins.size() && begins[number] <= hit.at) ++number;
  const std::string what = number == 0 ? "the system message or a tool"
                                       : "message " + std::to_string(number - 1) + " (" +
                                             std::string(to_string(messages[number - 1].role)) + ")";
  throw Error("chat template", what + " contains the control token " + std::string(hit.token),
              "remove it, or set ControlTokens::allow where the text is your own");
}

template <ChatTemplate T>
std::string render_chat(std::span<const Message> messages, std::span<const std::string> tools,
                        const RenderOptions& options = {}) {
  using Count = VisionCounter::Count;
  if (messages.empty()) throw Error("chat template", "there are no messages");
  if (!T::has_tools && !tools.empty())
    throw Error("chat template", "this model's template knows no tools", "call without tools");
  MarkedText out(control_tokens_of<T>());
  VisionCounter vision(options.add_vision_id, vision_words_of<T>());
  std::vector<std::size_t> begins;

  const bool system_first = messages[0].role == Role::system;
  if (T::has_tools && (system_first || !tools.empty())) {
    out.add_own("<|im_start|>system\n");
    if (system_first && T::has_reasoning) vision.add_parts(messages[0].content, Count::off, out);
    if (system_first && !T::has_reasoning) add_texts(messages[0].content, out);
    if (system_first && !tools.empty()) out.add_own("\n\n");
    if (!tools.empty()) add_tool_preamble(tools, out);
    out.add_own("<|im_end|>\n");
  }
  if (!system_first) out.add_own(T::default_system);

  const std::size_t last_query = T::has_reasoning ? last_query_index(messages, options.add_vision_id) : 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const Message& message = messages[i];
    const bool last = i + 1 == messages.size();
    begins.push_back(out.text().size());

    // What the turn shows. Instruct hides pictures of the assistant, the other two show all.
    MarkedText content(control_tokens_of<T>());
    const bool text_alone = T::has_tools && !T::has_reasoning && message.role == Role::assistant;
    const bool dropped = T::has_tools && !T::has_reasoning && message.role == Role::system;
    if (text_alone)
      add_texts(message.content, content);
    else if (!dropped)
      vision.add_parts(message.content, Count::on, content);

    if (!T::has_tools || message.role == Role::user) {
      out.add_own("<|im_start|>" + std::string(to_string(message.role)) + "\n");
      out.add(content);
      out.add_own("<|im_end|>\n");
    } else if (message.role == Role::system) {
      if (dropped || i == 0) continue;  // Instruct knows no system message but the first
      out.add_own("<|im_start|>system\n");
      out.add(content);
      out.add_own("<|im_end|>\n");
    } else if (message.role == Role::tool) {  // neighbours share one user turn
      if (i == 0 || messages[i - 1].role != Role::tool) out.add_own("<|im_start|>user");
      out.add_own("\n<tool_response>\n");
      out.add(content);
      out.add_own("\n</tool_response>");
      if (last || messages[i + 1].role != Role::tool) out.add_own("<|im_end|>\n");
    } else if (T::has_reasoning) {
      add_thinking_turn(message, content, i > last_query, last, out);
    } else {
      out.add_own("<|im_start|>assistant\n");
      out.add(content);
      add_tool_calls(message.tool_calls, !message.content.empty(), out);
      out.add_own("<|im_end|>\n");
    }
  }
  if (options.add_generation_prompt) out.add_own(T::generation_prompt);
  if (options.control_tokens == ControlTokens::refuse) refuse_foreign_control_tokens(out, begins, messages);
  return out.text();
}

template <ChatTemplate T>
std::string render_chat(const Conversation& chat, const RenderOptions& options = {}) {
  return render_chat<T>(chat.messages, chat.tools, options);
}

}  // namespace qwen3vl
