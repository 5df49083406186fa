#pragma once

#include <qwen3vl/cuda/cuda.cuh>

#include "../support/bench.hpp"
#include "../support/close.hpp"

namespace qwen3vl::test {

/// One handle for all benches. It is checked: an error has its op's name, and fresh memory is poisoned. It is
/// never destroyed: at the end of a program the driver may be gone before it.
inline Cuda& shared_cuda() {
  static Cuda* const cuda = new Cuda({.checked = true});
  return *cuda;
}

template <qwen3vl::Element T> struct CudaBench : BenchOn<Cuda, T, Cuda&> {
  static constexpr bool reorders = true;  // cuBLASLt
  CudaBench() : BenchOn<Cuda, T, Cuda&>(shared_cuda()) {}
};

}  // namespace qwen3vl::test
