#pragma once

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

}  // namespace program
