#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

/// The gate from run time to compile time: calls f with the listed constant that equals `value`, or
/// says which value has no kernel.
///
///   with_constant<64, 72, 128>("attend", "head_dim", head_dim, [&](auto d) { kernel<d()>(…); });
template <int... Listed, class F> void with_constant(const char* where, const char* name, int value, F&& f) {
  const bool found = ((value == Listed && (f(std::integral_constant<int, Listed>{}), true)) || ...);
  if (!found)
    throw Error(where, std::string(name) + " = " + std::to_string(value) + " has no kernel",
                "add it to the list at this call");
}

}  // namespace qwen3vl
