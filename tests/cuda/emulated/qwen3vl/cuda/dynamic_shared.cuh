#pragma once

#include <emulate.hpp>

/// include/qwen3vl/cuda/dynamic_shared.cuh
namespace qwen3vl {

inline std::byte* dynamic_shared() { return reinterpret_cast<std::byte*>(emulated::block().shared); }

}  // namespace qwen3vl
