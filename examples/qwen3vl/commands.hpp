#pragma once

#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include <CLI/CLI.hpp>

/// The commands of the program, one source file each. Each adds its subcommand, options and what to do;
/// errors are thrown and main() prints them.
namespace program {

void add_chat(CLI::App& app);
void add_trace(CLI::App& app);
void add_compare(CLI::App& app);
void add_preprocess(CLI::App& app);
void add_tokenize(CLI::App& app);
void add_render(CLI::App& app);
void add_inspect(CLI::App& app);
void add_plan(CLI::App& app);
void add_make_checkpoint(CLI::App& app);
void add_bench(CLI::App& app);
/// The options of bench and what to do, for a program of its own (benchmarks/model).
void define_bench(CLI::App& command);

/// Thrown to end with an exit code and no message: the command has said what there is to say.
struct Exit {
  int code;
};

/// What main() does, and its exit code: 0 done, 1 an error that is explained on standard error, 2 wrong usage.
inline int run(CLI::App& app, const char* name, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (app.get_require_subcommand_min() > 0 && argc > 1 && *argv[1] != '-') {
      std::string names;
      bool known = false;
      for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names += " " + command->get_name();
        known = known || command->get_name() == argv[1];
      }
      if (!known) {
        std::fprintf(stderr, "%s: there is no command %s\n  hint: there are%s\n", name, argv[1],
                     names.c_str());
        return 2;
      }
    }
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const Exit& exit) {
    return exit.code;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "%s: out of memory\n  hint: `qwen3vl plan` tells what a model and its inputs need\n",
                 name);
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    std::fprintf(stderr, "%s: standard output could not be written\n", name);
    return 1;
  }
  return 0;
}

}  // namespace program
