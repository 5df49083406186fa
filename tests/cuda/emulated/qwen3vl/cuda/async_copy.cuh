#pragma once

#include <emulate.hpp>

/// include/qwen3vl/cuda/async_copy.cuh
namespace qwen3vl {

inline void copy_sixteen(void* to, const void* from, bool wanted) {
  emulated::expect_aligned(to, 16, "cp.async");
  emulated::expect_aligned(from, 16, "cp.async");
  std::memset(to, 0xff, 16);
  emulated::block().now->begun.push_back({to, wanted ? from : nullptr});
}
inline void end_copies() {
  emulated::block().now->groups.push_back(std::exchange(emulated::block().now->begun, {}));
}
template <int Later> void await_copies() {
  auto& groups = emulated::block().now->groups;
  for (; groups.size() > std::size_t(Later); groups.erase(groups.begin()))
    for (const emulated::Copy& copy : groups.front())
      copy.from ? std::memcpy(copy.to, copy.from, 16) : std::memset(copy.to, 0, 16);
}

}  // namespace qwen3vl
