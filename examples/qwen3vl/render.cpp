/// render: messages to the text of their prompt.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include <qwen3vl/input/messages.hpp>
#include <qwen3vl/input/recognise_template.hpp>
#include <qwen3vl/model/config.hpp>

#include "commands.hpp"
#include "generation_rules.hpp"
#include "standard_input.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct RenderCommand {
  std::string model, messages, tools, template_name;
  bool add_vision_id = false, no_generation_prompt = false, allow_control_tokens = false;
};

/// A file's content; that of standard input for "-".
std::string read_text(const std::string& path) {
  if (path != "-") return read_file(path, max_json_bytes);
  StandardInput input;
  return std::string(input.rest(max_json_bytes));
}

TemplateKind kind_of(const RenderCommand& command) {
  if (command.template_name == "instruct") return TemplateKind::instruct;
  if (command.template_name == "thinking") return TemplateKind::thinking;
  if (command.template_name == "qwen2_vl") return TemplateKind::qwen2_vl;
  if (command.template_name == "qwen_vl") return TemplateKind::qwen_vl;
  if (!is_directory(command.model))
    throw Error(command.model, "no such folder", "the folder of a checkpoint");
  const std::string path = command.model + "/config.json";
  const TemplateKind without =
      is_regular_file(path) ? template_kind(read_config(read_json_file(path), path)) : TemplateKind::instruct;
  const TemplateMatch match = recognise_checkpoint_template(command.model, without);
  if (!match.warning.empty())
    std::fprintf(stderr, "qwen3vl: warning: %s\n  hint: --template names one and silences this\n",
                 match.warning.c_str());
  return match.kind;
}

void run(const RenderCommand& command) {
  if (command.model.empty() && command.template_name.empty())
    throw CLI::RequiredError("--model or --template");
  if (command.messages == "-" && command.tools == "-")
    throw CLI::ValidationError("--tools", "standard input is the messages already");
  const std::string input = command.messages == "-" ? "standard input" : command.messages;
  Conversation chat = parse_conversation(read_text(command.messages), input);
  if (!command.tools.empty())
    chat.tools =
        parse_tools(read_text(command.tools), command.tools == "-" ? "standard input" : command.tools);
  RenderOptions options;
  options.add_generation_prompt = !command.no_generation_prompt;
  options.add_vision_id = command.add_vision_id;
  options.control_tokens = command.allow_control_tokens ? ControlTokens::allow : ControlTokens::refuse;
  const std::string prompt = render_chat(kind_of(command), chat, options);
  std::fwrite(prompt.data(), 1, prompt.size(), stdout);
}

}  // namespace

void add_render(CLI::App& app) {
  const auto options = std::make_shared<RenderCommand>();
  CLI::App* command = app.add_subcommand("render", "Print the prompt that a conversation becomes");
  command->add_option("--model", options->model, "Checkpoint folder: its chat template is recognised")
      ->type_name("DIR");
  command
      ->add_option(
          "--messages", options->messages,
          "JSON: a list of messages, or {\"messages\": [...], \"tools\": [...]}; - is standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--tools", options->tools, "JSON: a list of tools, in place of the messages' own")
      ->type_name("FILE");
  command->add_flag("--add-vision-id", options->add_vision_id, "Number pictures and clips: \"Picture 1: \"");
  command->add_flag("--no-generation-prompt", options->no_generation_prompt,
                    "End with the last message, not with the beginning of an answer");
  command->add_option("--template", options->template_name, "Whose template, instead of the checkpoint's")
      ->check(CLI::IsMember({"instruct", "thinking", "qwen2_vl", "qwen_vl"}));
  command->add_flag("--allow-control-tokens", options->allow_control_tokens,
                    "Let texts contain <|im_end|> and its like, which are refused otherwise");
  command->footer(
      "The prompt goes to standard output as it is, with no line end added. Pictures and clips stand in it "
      "as\n"
      "one placeholder each; they need not exist.\n\n"
      "Example\n"
      "  echo '[{\"role\": \"user\", \"content\": \"Hi\"}]' | qwen3vl render --model DIR --messages -");
  command->callback([options] { run(*options); });
}

}  // namespace program
