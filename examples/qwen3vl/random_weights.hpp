#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <qwen3vl/core/annotations.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>

namespace program {

/// Random weights under which a forward pass keeps to ordinary numbers: every matrix product turns
/// vectors of unit size into such.
///
///   matrices                 evenly spread, variance 1 / inputs, the std of the released initialisation
///                            (0.02) at some 2048 inputs
///   embedding                likewise, inputs = hidden size: tied to the head, logits spread by about 1
///   position embedding       evenly spread, std 0.02
///   weights of norms         1
///   biases                   evenly spread, std 0.02
///
/// Element i of a tensor is a function of (seed, name, i) alone, 16 random bits each: the same with any
/// number of threads, in any order, and in every dtype up to its rounding.
class RandomWeights {
 public:
  RandomWeights(std::uint64_t seed, std::string_view name, const qwen3vl::Shape& shape)
      : key_(mix(seed ^ mix(hash(name)))) {
    double std = 0.02;
    if (is_norm_weight(name)) {
      constant_ = 1;
      std = 0;
    } else if (name.ends_with(".weight") && !name.ends_with("pos_embed.weight")) {
      std::int64_t inputs = 1;
      for (int r = 1; r < shape.rank; ++r) inputs *= shape[r];
      std = 1 / std::sqrt(static_cast<double>(inputs));
    }
    scale_ =
        static_cast<float>(std * std::sqrt(3.0) / 32768);  // of the 65536 odd numbers ±1 … ±65535, halved
  }

  /// Element i; on a device too.
  template <qwen3vl::Element T> QWEN3VL_HD T at(std::int64_t i) const {
    return T(value(mix(key_ + static_cast<std::uint64_t>(i / 4) * step), static_cast<int>(i % 4)));
  }

  /// Elements first … first + out.size() − 1; `first` is a multiple of 4.
  template <qwen3vl::Element T> void fill(std::int64_t first, std::span<T> out) const {
    std::uint64_t counter = key_ + static_cast<std::uint64_t>(first / 4) * step;
    T* to = out.data();
    for (std::size_t group = 0; group < out.size() / 4; ++group, counter += step, to += 4) {
      const std::uint64_t bits = mix(counter);
      for (int k = 0; k < 4; ++k) to[k] = T(value(bits, k));
    }
    const int rest = static_cast<int>(out.size() % 4);
    for (int k = 0; k < rest; ++k) to[k] = T(value(mix(counter), k));
  }

  /// The same by a team.
  template <qwen3vl::Element T>
  void fill(qwen3vl::Threads& threads, std::int64_t first, std::span<T> out) const {
    constexpr std::int64_t piece = 1 << 16;
    const std::int64_t size = static_cast<std::int64_t>(out.size());
    threads.for_ranges(size, piece, [&](std::int64_t begin, std::int64_t end, int) {
      fill(first + begin,
           out.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
    });
  }

 private:
  static constexpr std::uint64_t step = 0x9e3779b97f4a7c15u;

  /// Norms are what is called so: input_layernorm, norm1, merger.norm, q_norm.
  static bool is_norm_weight(std::string_view name) {
    if (!name.ends_with(".weight")) return false;
    name.remove_suffix(7);
    return name.substr(name.rfind('.') + 1).find("norm") != std::string_view::npos;
  }

  /// SplitMix64 (Steele, Lea & Flood 2014).
  QWEN3VL_HD static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// FNV-1a.
  static constexpr std::uint64_t hash(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325u;
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return h;
  }

  QWEN3VL_HD float value(std::uint64_t bits, int k) const {
    const auto level = static_cast<std::int16_t>(bits >> (16 * k));  // −32768 … 32767; ½ more is even about 0
    return constant_ + scale_ * (static_cast<float>(level) + 0.5f);
  }

  std::uint64_t key_;
  float scale_ = 0, constant_ = 0;
};

}  // namespace program
