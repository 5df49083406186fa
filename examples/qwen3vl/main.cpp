/// qwen3vl: Qwen3-VL from files to streamed text, and the tools around it.
///
///   qwen3vl chat --model DIR --image cat.png --prompt "What is it?"
#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "Qwen3-VL on the CPU or a GPU: pictures, videos and text in, an answer out.\n"
      "A model is a folder as Hugging Face stores it: config.json, *.safetensors, tokenizer files."};
  app.name("qwen3vl");
  app.require_subcommand(1);
  app.fallthrough(false);
  app.footer(
      "Begin with\n"
      "  qwen3vl chat --model DIR --image cat.png --prompt \"What is it?\"\n"
      "and `qwen3vl COMMAND --help` for a command's options.");
  program::add_chat(app);
  program::add_inspect(app);
  program::add_plan(app);
  program::add_render(app);
  program::add_tokenize(app);
  program::add_preprocess(app);
  program::add_trace(app);
  program::add_compare(app);
  program::add_make_checkpoint(app);
  program::add_bench(app);
  return program::run(app, "qwen3vl", argc, argv);
}
