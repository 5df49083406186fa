#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/io/tensor_info.hpp>

/// Elements of one floating type as another:
///
///   out[i] = To( float(in[i]) )     round to nearest, ties to even; the same type is copied bit for bit
///
/// For weights whose type in the file differs from the model's, or whose bytes lie askew.
namespace qwen3vl {

/// `bytes` may begin at any address; it holds out.size() elements of From.
template <Element From, Element To>
void convert_elements(std::span<const std::byte> bytes, std::span<To> out) {
  if constexpr (std::is_same_v<From, To>) {
    if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(To));
  } else {
    constexpr std::size_t block = 512;  // through an aligned buffer in L1: the inner loop vectorises
    From in[block];
    for (std::size_t begin = 0; begin < out.size(); begin += block) {
      const std::size_t count = out.size() - begin < block ? out.size() - begin : block;
      std::memcpy(in, bytes.data() + begin * sizeof(From), count * sizeof(From));
      To* const to = out.data() + begin;
      for (std::size_t i = 0; i < count; ++i) to[i] = To(static_cast<float>(in[i]));
    }
  }
}

/// The tensor's elements as To, written to `out`, which has exactly as many. F32, BF16 and F16 convert;
/// any other stored type is refused.
template <Element To>
void convert_tensor(const TensorInfo& tensor, std::span<To> out, Threads* threads = nullptr) {
  if (static_cast<std::int64_t>(out.size()) != tensor.shape.size())
    throw Error(tensor.where(), "has " + std::to_string(tensor.shape.size()) + " elements, the buffer " +
                                    std::to_string(out.size()));
  const auto run = [&](auto from) {
    using From = decltype(from);
    const auto piece = [&](std::int64_t begin, std::int64_t end, int) {
      const std::size_t first = static_cast<std::size_t>(begin),
                        count = static_cast<std::size_t>(end - begin);
      convert_elements<From, To>(tensor.bytes.subspan(first * sizeof(From), count * sizeof(From)),
                                 out.subspan(first, count));
    };
    const std::int64_t size = static_cast<std::int64_t>(out.size());
    if (threads)
      threads->for_ranges(size, 1 << 16, piece);
    else
      piece(0, size, 0);
  };
  switch (tensor.dtype) {
    case StoredDtype::F32:
      return run(float{});
    case StoredDtype::BF16:
      return run(bf16{});
    case StoredDtype::F16:
      return run(f16{});
    default:
      throw Error(tensor.where(), std::string("is ") + name_of(tensor.dtype) + ", should be F32, BF16 or F16",
                  "a quantised checkpoint?");
  }
}

}  // namespace qwen3vl
