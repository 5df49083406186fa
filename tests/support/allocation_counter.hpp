#pragma once

namespace qwen3vl::test {

/// Heap allocations of the whole program, all threads, since it began: malloc and its kin, operator new,
/// whatever calls them. Link allocation_counter.cpp into the test that asks.
long allocations_so_far();

/// How many `work` makes when it is done again: the first time, threads may still be starting.
template <class Work> long allocations_after_the_first(Work&& work) {
  work();
  const long before = allocations_so_far();
  work();
  return allocations_so_far() - before;
}

}  // namespace qwen3vl::test
