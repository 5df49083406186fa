#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/cuda/check.cuh>

/// In place of the library's own: a cuBLASLt that knows no way for any shape, so that every product is made by the plain
/// kernel of cuda/linear.cuh. For tools that do not follow what cuBLASLt's kernels do (run_on_gpu.sh).
namespace qwen3vl {

template <class T> inline constexpr int cublas_type = 0;

struct Product {
  int type;
  std::int64_t tokens, inputs, outputs;
  std::int64_t x_stride, weight_stride, out_stride;
  std::uint32_t x_alignment, weight_alignment, out_alignment;
  bool biased, adds;
};

class CublasLt {
 public:
  static constexpr std::size_t workspace_bytes = 256;

  bool multiply(const Product&, const void*, const void*, const void*, void*, void*, cudaStream_t) {
    return false;
  }
};

}  // namespace qwen3vl
