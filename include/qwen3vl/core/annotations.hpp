#pragma once

#if defined(__CUDACC__) && __cplusplus < 202002L
#error "qwen3vl needs C++20 here too: pass -std=c++20 to nvcc (the target qwen3vl::cuda does)"
#endif

/// QWEN3VL_HD marks a function that both the host and the device may call. It is the only place
/// outside cuda/ that knows whether nvcc is compiling.
#ifdef __CUDACC__
#define QWEN3VL_HD __host__ __device__
#else
#define QWEN3VL_HD
#endif

namespace qwen3vl {

/// a · b, rounded by itself, where a compiler would fuse it with the sum that it goes into.
QWEN3VL_HD inline float rounded_product(float a, float b) {
#ifdef __CUDA_ARCH__
  return __fmul_rn(a, b);
#else
  float product = a * b;
#if defined(__GNUC__) && defined(__x86_64__)
  asm("" : "+x"(product));  // no instruction, but a value that must be there
#elif defined(__GNUC__) && defined(__aarch64__)
  asm("" : "+w"(product));
#endif
  return product;
#endif
}

}  // namespace qwen3vl
