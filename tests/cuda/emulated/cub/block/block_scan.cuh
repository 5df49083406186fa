#pragma once

#include <emulate.hpp>

/// CUB's sums over a block, as far as kernels use them. As there, the storage is free for the next one after a
/// barrier.
namespace cub {

template <class V, int Threads> class BlockScan {
 public:
  struct TempStorage {
    V of[Threads];
  };
  explicit BlockScan(TempStorage& storage) : storage_(storage) {}

  /// Of the threads before this one, and of all.
  void ExclusiveSum(V own, V& before, V& all) {
    storage_.of[threadIdx.x] = own;
    __syncthreads();
    before = all = V{};
    for (int t = 0; t < Threads; ++t) {
      if (t == int(threadIdx.x)) before = all;
      all += storage_.of[t];
    }
  }

 private:
  TempStorage& storage_;
};

}  // namespace cub
