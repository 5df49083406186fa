/// How the program explains itself, and its exit codes.
#include "run_program.hpp"

using namespace qwen3vl::test;

TEST_CASE("every command has a help worth reading: what it is for, its options, an example") {
  const std::string all = output_of({"--help"});
  for (const char* command :
       {"compare", "preprocess", "tokenize", "render", "inspect", "make-checkpoint", "bench"}) {
    CAPTURE(command);
    CHECK(contains(all, std::string("\n  ") + command));
    const std::string help = output_of({command, "--help"});
    const std::size_t example = help.find("\nExample");
    REQUIRE(example != std::string::npos);
    CHECK(contains(help.substr(example), std::string("qwen3vl ") + command));
    CHECK(contains(help, "Options:"));
  }
}

TEST_CASE("wrong usage ends with 2 and says what is wrong") {
  check_refuses(2, "A subcommand is required", {});
  check_refuses(2, "there is no command dance\n  hint: there are chat", {"dance"});
  check_refuses(2, "b is required", {"compare", "a"});
  check_refuses(2, "--tolerance", {"compare", "a", "b", "--tolerance", "-1"});
  check_refuses(2, "--model is required", {"tokenize"});
  check_refuses(2, "--skip-special requires --decode", {"tokenize", "--model", "x", "--skip-special"});
  check_refuses(2, "--messages is required", {"render", "--model", "x"});
  check_refuses(2, "--model or --template is required", {"render", "--messages", "x"});
  check_refuses(2, "--image or --video is required", {"preprocess", "--model", "x", "--output", "y"});
  check_refuses(2, "--resampler", {"preprocess", "--model", "x", "--output", "y", "--resampler", "z"});
  check_refuses(2, "directory is required", {"inspect"});
  check_refuses(2, "--shape", {"make-checkpoint", "--shape", "3b", "--output", "x"});
}
