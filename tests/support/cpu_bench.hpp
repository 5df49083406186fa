#pragma once

#include <qwen3vl/cpu/cpu.hpp>

#include "bench.hpp"
#include "close.hpp"

namespace qwen3vl::test {

/// CpuBench<bf16> bench{3}: three threads; two unless said.
template <qwen3vl::Element T> struct CpuBench : BenchOn<Cpu, T> {
  explicit CpuBench(int threads = 2) : BenchOn<Cpu, T>(threads) {
    // Returns when every thread has started and taken part: its start allocates, and is no op's doing.
    this->on.threads().for_ranges(threads, 1, [](std::int64_t, std::int64_t, int) {});
  }
};

/// The same bits from a team of one, two and three. `work` gets a bench and returns numbers.
template <qwen3vl::Element T, class Work> void check_same_on_any_team(Work work) {
  CpuBench<T> one{1}, two{2}, three{3};
  const auto expected = work(one);
  CHECK_SAME(work(two), expected);
  CHECK_SAME(work(three), expected);
}

}  // namespace qwen3vl::test
