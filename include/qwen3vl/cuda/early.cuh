#pragma once

namespace qwen3vl {

/// What a kernel says first when Cuda::launch_early() puts it into the stream ("programmatic dependent launch", CUDA
/// programming guide): the next kernel may begin, and: from here on, all earlier ones are done and what they wrote
/// is there. Between two kernels that say so the device does not run empty; before this call a kernel may neither
/// read nor write memory. Hopper and later; elsewhere kernels begin one after the other and this says nothing.
__device__ inline void after_earlier() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// Asks for what lies there to be brought into the L2 cache, where all find what was written last. So this may come
/// before after_earlier(), for weights: the memory works while the kernel in front ends.
__device__ inline void bring_near(const void* from) { asm volatile("prefetch.global.L2 [%0];" ::"l"(from)); }

}  // namespace qwen3vl
