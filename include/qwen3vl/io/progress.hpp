#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace qwen3vl {

/// Told now and then how far a long piece of work is: bytes done, bytes in all, and what is being done.
/// It is called from the thread that asked for the work, and may throw to stop it.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total, const std::string& what)>;

}  // namespace qwen3vl
