#include "allocation_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>

/// Counting needs a place in the allocator's way. A sanitizer offers one; elsewhere, with glibc, the
/// program's own malloc takes precedence over the library's, and hands on to it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define QWEN3VL_TEST_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define QWEN3VL_TEST_SANITIZER 1
#endif
#endif

namespace {
std::atomic<long> allocations{0};
}

long qwen3vl::test::allocations_so_far() { return allocations.load(); }

extern "C" {

#ifdef QWEN3VL_TEST_SANITIZER

void __sanitizer_malloc_hook(const volatile void*, std::size_t) { ++allocations; }
void __sanitizer_free_hook(const volatile void*) {}

#elif defined(__GLIBC__)

void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* memory, std::size_t bytes);
void* __libc_memalign(std::size_t alignment, std::size_t bytes);

void* malloc(std::size_t bytes) {
  ++allocations;
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes) {
  ++allocations;
  return __libc_calloc(count, bytes);
}
void* realloc(void* memory, std::size_t bytes) {
  ++allocations;
  return __libc_realloc(memory, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) {
  ++allocations;
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t bytes) {
  ++allocations;
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : ENOMEM;
}

#endif
}  // extern "C"

// operator new of the standard library calls malloc: nothing to add for it
