#pragma once

#include <cstdint>
#include <random>

namespace qwen3vl {

/// Numbers drawn evenly from [0, 1): the upper 53 bits of a 64-bit Mersenne twister, times 2⁻⁵³.
///
/// The C++ standard fixes every bit of the engine, but leaves the distributions to each library; hence
/// the conversion here. The same seed gives the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace qwen3vl
