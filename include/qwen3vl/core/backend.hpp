#pragma once

#include <concepts>
#include <cstddef>

namespace qwen3vl {

/// Where work is done: a handle that owns the threads or the stream, and hands out memory.
///
///   Space     where its memory is, Host or Device: views carry it in their type
///   Kernels   the backend whose kernels it runs; a backend derived from another one, to change a
///             policy of it, keeps the parent's
///
/// allocate() returns memory aligned to 256 bytes or throws Error; release() takes it back. copy_in()
/// brings bytes from the host to the backend's memory, where all later work finds them; `from` may change
/// when it returns. copy_out() brings bytes back, after all earlier work, and is done when it returns.
/// An op finds its kernel through the type of its first argument: rms_norm(cpu, …).
template <class B>
concept Backend = requires(B& on, void* memory, const void* from, std::size_t bytes) {
  typename B::Space;
  typename B::Kernels;
  { on.allocate(bytes) } -> std::same_as<void*>;
  on.release(memory, bytes);
  on.copy_in(memory, from, bytes);
  on.copy_out(memory, from, bytes);
  on.synchronize();
};

template <class B> using KernelsOf = typename B::Kernels;

/// True for backends whose ops may run the empty primary kernels: DryRun. For any other backend the
/// primary kernel is a static_assert that names the header to include.
template <class B> inline constexpr bool has_kernel = false;

}  // namespace qwen3vl
