/// qwen3vl: Qwen3-VL from files to streamed text, and the tools around it.
///
///   qwen3vl chat --model DIR --image cat.png --prompt "What is it?"
///
/// Exit codes: 0 done, 1 an error that is explained on standard error, 2 wrong usage.
#include <cstdio>
#include <exception>
#include <new>

#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "Qwen3-VL on the CPU: pictures, videos and text in, an answer out.\n"
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
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const program::Exit& exit) {
    return exit.code;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr,
                 "qwen3vl: out of memory\n  hint: `qwen3vl plan` tells what a model and its inputs need\n");
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "qwen3vl: %s\n", error.what());
    return 1;
  }
  return 0;
}
