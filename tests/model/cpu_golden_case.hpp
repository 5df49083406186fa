#pragma once

#include <qwen3vl/cpu.hpp>

#include "golden_case.hpp"

namespace qwen3vl {

struct CpuGoldenCase : GoldenCase {
  using GoldenCase::GoldenCase;
  template <class T> Trace run(int generate, std::int64_t chunk = 0, int threads = 2) const {
    Cpu cpu(threads);
    return run_on<T>(cpu, generate, chunk);
  }
};

}  // namespace qwen3vl
