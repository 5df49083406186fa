#pragma once

#include <qwen3vl/core/dry_run.hpp>
#include <qwen3vl/core/workspace.hpp>

#include "allocation_counter.hpp"
#include "cpu_bench.hpp"

namespace qwen3vl::test {

/// What every forward pass promises of memory. `prepare` makes a block and its inputs on any bench and
/// returns the pass, a function of a workspace.
///
///   DryRun knows to the byte how much workspace the pass takes; it runs in that and in nothing less;
///   and it allocates nothing.
template <qwen3vl::Element T, class Prepare> void check_memory(Prepare prepare) {
  BenchOn<DryRun, T> dry;
  Workspace<DryRun> unlimited(dry.on, DryRun::unlimited);
  prepare(dry)(unlimited);
  const std::size_t predicted = unlimited.peak();
  CHECK(predicted > 0);

  CpuBench<T> bench;
  const auto pass = prepare(bench);
  Workspace<Cpu> exact(bench.on, predicted);
  pass(exact);
  CHECK(exact.peak() == predicted);
  CHECK(allocations_after_the_first([&] { pass(exact); }) == 0);

  Workspace<Cpu> short_of_it(bench.on, predicted - Workspace<Cpu>::alignment);
  CHECK_REFUSES(pass(short_of_it), "Workspace: needs " + std::to_string(predicted) + " bytes");
}

/// The backend and element type of a bench, for generic lambdas.
template <class Bench> using OnOf = typename std::remove_cvref_t<Bench>::On;
template <class Bench> using ElementOf = typename std::remove_cvref_t<Bench>::Element;

}  // namespace qwen3vl::test
