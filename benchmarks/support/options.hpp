#pragma once

#include <string>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl::bench {

/// What the command line of a benchmark says: PROGRAM [--filter PART_OF_A_NAME] [--FORM FILE] [--list]
struct Options {
  std::string filter, file;
  bool list = false;
};

/// `form` is what is written to the file: "json", "markdown".
inline Options parse_options(int argc, char** argv, const std::string& program, const std::string& form) {
  const std::string usage = program + " [--filter PART_OF_A_NAME] [--" + form + " FILE] [--list]";
  Options options;
  for (int a = 1; a < argc; ++a) {
    const std::string word = argv[a];
    std::string* const value = word == "--filter"    ? &options.filter
                               : word == "--" + form ? &options.file
                                                     : nullptr;
    if (word == "--list")
      options.list = true;
    else if (value && a + 1 < argc)
      *value = argv[++a];
    else
      throw Error(program, word + (value ? " wants a value" : " is no option"), usage);
  }
  return options;
}

}  // namespace qwen3vl::bench
