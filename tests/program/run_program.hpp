#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "../io/support.hpp"

extern char** environ;

/// The built program, run with arguments and a text on standard input; what it printed, and how it ended.
namespace qwen3vl::test {

struct Ran {
  int exit_code = -1;  // −1: ended by a signal
  std::string out, error;
};

inline Ran run_program(std::vector<std::string> arguments, const std::string& input = "") {
  const TemporaryFolder folder;
  const std::string in = folder.write("in", input), out = folder / "out", error = folder / "error";
  arguments.insert(arguments.begin(), QWEN3VL_PROGRAM);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT, 0600);
  posix_spawn_file_actions_addopen(&files, 2, error.c_str(), O_WRONLY | O_CREAT, 0600);
  pid_t process = 0;
  const int failure = posix_spawn(&process, QWEN3VL_PROGRAM, &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0) throw std::runtime_error("cannot start " QWEN3VL_PROGRAM);
  int status = 0;
  waitpid(process, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, content_of(out), content_of(error)};
}

/// The run must end well; what it printed.
inline std::string output_of(const std::vector<std::string>& arguments, const std::string& input = "") {
  const Ran ran = run_program(arguments, input);
  CHECK_MESSAGE(ran.exit_code == 0, ran.error);
  CHECK(ran.error == "");
  return ran.out;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// The run must end with this code and say these words on standard error.
inline void check_refuses(int exit_code, const std::string& words, const std::vector<std::string>& arguments,
                          const std::string& input = "") {
  const Ran ran = run_program(arguments, input);
  CHECK(ran.exit_code == exit_code);
  CHECK_MESSAGE(contains(ran.error, words), ran.error);
}

/// Lines without their ends.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

inline const std::string golden = QWEN3VL_GOLDEN "/";
inline const std::string tokenizer_folder = QWEN3VL_TOKENIZER;  // Qwen3-VL's, with its template

}  // namespace qwen3vl::test
