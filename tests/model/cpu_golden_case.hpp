#pragma once

#include <qwen3vl/cpu.hpp>
#include <qwen3vl/model/any_model.hpp>

#include "golden_case.hpp"

// Compiled once, in any_model_test.cpp: every model of the family is in here.
extern template class qwen3vl::AnyModel<qwen3vl::Cpu, float>;
extern template class qwen3vl::AnyModel<qwen3vl::Cpu, qwen3vl::bf16>;
extern template class qwen3vl::AnyModel<qwen3vl::DryRun, float>;
extern template class qwen3vl::AnyModel<qwen3vl::DryRun, qwen3vl::bf16>;

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
