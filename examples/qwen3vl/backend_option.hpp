#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace program {

/// --backend: where the model's arithmetic is done.
inline void add_backend(CLI::App& command, std::string& backend) {
  command.add_option("--backend", backend, "Where the model works: cpu, or cuda, the first GPU")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
}

}  // namespace program
