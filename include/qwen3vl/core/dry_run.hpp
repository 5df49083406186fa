#pragma once

#include <cstddef>
#include <cstdint>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

/// A backend that computes nothing. A forward pass on it is arithmetic on shapes: it needs no weights
/// and no memory, runs every shape check, and workspace.peak() then is what that pass needs.
struct DryRun {
  struct Space {};
  using Kernels = DryRun;

  /// Any amount: the address is never dereferenced.
  void* allocate(std::size_t) { return reinterpret_cast<void*>(std::uintptr_t{256}); }
  void release(void*, std::size_t) {}
  void copy_in(void*, const void*, std::size_t) {}
  void copy_out(void*, const void*, std::size_t) {}
  void synchronize() {}

  static constexpr std::size_t unlimited = std::size_t{1} << 62;
};

/// The primary kernels' empty run() will do.
template <> inline constexpr bool has_kernel<DryRun> = true;

}  // namespace qwen3vl
