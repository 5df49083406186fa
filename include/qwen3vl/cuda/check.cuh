#pragma once

#include <string>

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <qwen3vl/core/error.hpp>

/// What the CUDA runtime and cuBLASLt answer, in our words: "rms_norm: an illegal memory access was
/// encountered".
namespace qwen3vl {

/// Throws unless the runtime says success. The error is taken off the runtime's list where that is possible.
inline void expect_cuda(cudaError_t status, const char* where, const char* hint = "") {
  if (status == cudaSuccess) return;
  (void)cudaGetLastError();
  throw Error(where, cudaGetErrorString(status), hint);
}

inline void expect_cublas(cublasStatus_t status, const char* where, const char* hint = "") {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw Error(where, std::string("cuBLASLt says ").append(cublasLtGetStatusString(status)), hint);
}

}  // namespace qwen3vl
