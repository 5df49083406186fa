#pragma once

#include <cstdint>

/// Copies from memory into shared memory that no register sees and no thread waits for (PTX ISA, cp.async). Ampere
/// and later.
///
///   copy_sixteen(to, from, wanted)   sixteen bytes, both sides aligned to sixteen; zeros where they are not wanted
///   end_copies()                     what this thread has begun since the last call is a group
///   await_copies<n>()                all this thread's groups but the last n have arrived
///
/// What other threads have brought is there after a barrier that follows their await_copies.
namespace qwen3vl {

__device__ inline void copy_sixteen(void* to, const void* from, bool wanted) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(wanted ? 16 : 0)
               : "memory");
}
__device__ inline void end_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int Later> __device__ inline void await_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Later) : "memory");
}

}  // namespace qwen3vl
