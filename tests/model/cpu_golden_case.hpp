#pragma once

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/model/any_model.hpp>

#include "golden_case.hpp"

namespace qwen3vl {

/// Whichever model the case's config.json names, on the CPU.
struct CpuGoldenCase : GoldenCase {
  using GoldenCase::GoldenCase;
  template <class T>
  Trace run(int generate, std::int64_t chunk = 0, Dialect dialect = Dialect::released,
            const std::string& weights = {}) const {
    Cpu cpu(2);
    return run_as<AnyModel<Cpu, T>>(cpu, generate, chunk, dialect, weights);
  }
};

}  // namespace qwen3vl
