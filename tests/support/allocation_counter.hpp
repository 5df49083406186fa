#pragma once

namespace qwen3vl::test {

/// Heap allocations of the whole program, all threads, since it began: malloc and its kin, operator new,
/// whatever calls them. Link allocation_counter.cpp into the test that asks.
long allocations_so_far();

/// How many `work` makes.
template <class Work> long allocations_during(Work&& work) {
  const long before = allocations_so_far();
  work();
  return allocations_so_far() - before;
}

}  // namespace qwen3vl::test
