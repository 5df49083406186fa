#pragma once

#include <cstddef>

namespace qwen3vl {

/// The shared memory whose size a launch tells, aligned to 16 bytes.
__device__ inline std::byte* dynamic_shared() {
  extern __shared__ uint4 dynamic_shared_memory[];
  return reinterpret_cast<std::byte*>(dynamic_shared_memory);
}

}  // namespace qwen3vl
