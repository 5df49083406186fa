#include <string>

#include <doctest/doctest.h>

#include <qwen3vl/input/recognise_template.hpp>

#include "golden_tokenizer.hpp"

using namespace qwen3vl;

namespace {
const std::string instruct = read_file(golden::directory + "/chat_template.jinja", 1 << 20);
}

TEST_CASE("recognise: the released Instruct template, whatever its line ends") {
  CHECK(recognise_template(instruct).kind == TemplateKind::instruct);
  CHECK(recognise_template(instruct).warning == "");
  std::string windows;
  for (const char c : instruct) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK(recognise_template(windows + "\n").warning == "");
  CHECK(recognise_checkpoint_template(golden::directory).warning == "");
}

TEST_CASE("recognise: any change is noticed, and the nearest template named") {
  std::string changed = instruct;
  changed.replace(changed.find("# Tools"), 7, "# TOOLS");
  const TemplateMatch match = recognise_template(changed);
  CHECK(match.kind == TemplateKind::instruct);
  CHECK(match.warning.find("not one that is known here: prompts are those of Qwen3-VL Instruct") !=
        std::string::npos);
  CHECK(recognise_template("{{ '<|im_start|>assistant\\n<think>\\n' }}").kind == TemplateKind::thinking);
  CHECK(recognise_template("<|im_start|>system\nYou are a helpful assistant.<|im_end|>").kind ==
        TemplateKind::qwen2_vl);
  CHECK(recognise_template("{{ messages }}").warning != "");
  CHECK(recognise_template("").warning.find("has no chat template") != std::string::npos);
}

TEST_CASE("recognise: where a checkpoint keeps its template") {
  golden::TemporaryDirectory directory;
  CHECK(read_template_text(directory.path()) == "");
  directory.write("tokenizer_config.json", Json{{"chat_template", "config"}}.dump());
  CHECK(read_template_text(directory.path()) == "config");
  directory.write(
      "tokenizer_config.json",
      R"({"chat_template": [{"name": "tool", "template": "t"}, {"name": "default", "template": "d"}]})");
  CHECK(read_template_text(directory.path()) == "d");
  directory.write("chat_template.json", Json{{"chat_template", instruct}}.dump());
  CHECK(read_template_text(directory.path()) == instruct);
  directory.write("chat_template.jinja", "jinja");
  CHECK(read_template_text(directory.path()) == "jinja");
}

TEST_CASE("recognise: files that do not fit are refused") {
  golden::TemporaryDirectory directory;
  directory.write("tokenizer_config.json", R"({"chat_template": 5})");
  CHECK_THROWS_WITH_AS(read_template_text(directory.path()), doctest::Contains("chat_template is 5"), Error);
  directory.write("tokenizer_config.json", R"({"chat_template": [5]})");
  CHECK_THROWS_AS(read_template_text(directory.path()), Error);
}

TEST_CASE("without a template the prompts are those of the model's generation") {
  CHECK(recognise_template("").kind == TemplateKind::instruct);
  const TemplateMatch match = recognise_template("", TemplateKind::qwen2_vl);
  CHECK(match.kind == TemplateKind::qwen2_vl);
  CHECK(match.warning == "the checkpoint has no chat template: prompts are those of Qwen2-VL and Qwen2.5-VL");
  CHECK(recognise_template("{{ messages }}", TemplateKind::qwen2_vl).kind == TemplateKind::instruct);
}

TEST_CASE("Qwen-VL has no template, and no other's is taken for its own") {
  const TemplateMatch none = recognise_template("", TemplateKind::qwen_vl);
  CHECK(none.kind == TemplateKind::qwen_vl);
  CHECK(none.warning == "");
  const TemplateMatch other = recognise_template("{{ messages }}", TemplateKind::qwen_vl);
  CHECK(other.kind == TemplateKind::qwen_vl);
  CHECK(other.warning.find("not looked at") != std::string::npos);
}
