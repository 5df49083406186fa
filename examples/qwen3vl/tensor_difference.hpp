#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/tensor_info.hpp>

/// How far two stored tensors of one shape are apart, whatever their types.
namespace program {

/// Of a and b, element by element. Equal infinities, and NaN in both, are no difference.
///
///   relative = ‖a − b‖ / ‖b‖ (0 where both are 0, infinite where b alone is)
///   largest  = max |a[i] − b[i]|, found first at `at`
struct TensorDifference {
  double relative = 0, largest = 0;
  std::int64_t at = -1;         // index into the flattened tensor; −1: no element differs
  std::int64_t differing = 0;   // elements that are not the same number
  std::int64_t not_finite = 0;  // elements where one is NaN or infinite and the other is another value
  bool exact = false;           // integers: compared as such

  bool within(double tolerance) const {
    return exact ? differing == 0 : not_finite == 0 && relative <= tolerance;
  }
};

/// Calls f with a reader of the tensor's elements: read(i) is a double, or std::int64_t for integers.
template <class F> auto with_reader(const qwen3vl::TensorInfo& tensor, F&& f) {
  using qwen3vl::StoredDtype;
  const auto reader = [&]<class T, class As>(T, As) {
    const std::byte* const bytes = tensor.bytes.data();
    return f([bytes](std::int64_t i) {
      T value;
      std::memcpy(&value, bytes + i * static_cast<std::int64_t>(sizeof(T)), sizeof(T));
      return static_cast<As>(value);
    });
  };
  const double number = 0;
  const std::int64_t integer = 0;
  switch (tensor.dtype) {
    case StoredDtype::F64:
      return reader(double{}, number);
    case StoredDtype::F32:
      return reader(float{}, number);
    case StoredDtype::F16:
      return reader(qwen3vl::f16{}, number);
    case StoredDtype::BF16:
      return reader(qwen3vl::bf16{}, number);
    case StoredDtype::I64:
      return reader(std::int64_t{}, integer);
    case StoredDtype::I32:
      return reader(std::int32_t{}, integer);
    case StoredDtype::I16:
      return reader(std::int16_t{}, integer);
    case StoredDtype::I8:
      return reader(std::int8_t{}, integer);
    case StoredDtype::U64:
      return reader(std::uint64_t{}, integer);
    case StoredDtype::U32:
      return reader(std::uint32_t{}, integer);
    case StoredDtype::U16:
      return reader(std::uint16_t{}, integer);
    case StoredDtype::U8:
    case StoredDtype::BOOL:
      return reader(std::uint8_t{}, integer);
    default:
      throw qwen3vl::Error(tensor.where(),
                           std::string("is ") + name_of(tensor.dtype) + ", which cannot be compared",
                           "F64, F32, BF16, F16, integers and BOOL can");
  }
}

inline TensorDifference difference(const qwen3vl::TensorInfo& a, const qwen3vl::TensorInfo& b) {
  const std::int64_t size = b.shape.size();
  return with_reader(a, [&](auto read_a) {
    return with_reader(b, [&](auto read_b) {
      TensorDifference result;
      result.exact = std::integral<decltype(read_a(0))> && std::integral<decltype(read_b(0))>;
      double squares = 0, norm = 0;
      for (std::int64_t i = 0; i < size; ++i) {
        const auto x = read_a(i);
        const auto y = read_b(i);
        const double p = static_cast<double>(x), q = static_cast<double>(y);
        if (std::isfinite(q)) norm += q * q;
        if (p == q && (!result.exact || static_cast<std::int64_t>(x) == static_cast<std::int64_t>(y)))
          continue;
        if (std::isnan(p) && std::isnan(q)) continue;
        ++result.differing;
        double apart = std::fabs(p - q);
        if (!std::isfinite(p) || !std::isfinite(q)) {
          ++result.not_finite;
          apart = std::numeric_limits<double>::infinity();
        } else {
          squares += apart * apart;
        }
        if (result.at < 0 || apart > result.largest) {
          result.largest = apart;
          result.at = i;
        }
      }
      result.relative = squares == 0 ? 0 : std::sqrt(squares) / std::sqrt(norm);
      return result;
    });
  });
}

/// "[0, 12, 5]" of the flattened index.
inline std::string index_text(std::int64_t at, const qwen3vl::Shape& shape) {
  qwen3vl::Shape index;
  index.rank = shape.rank;
  for (int r = shape.rank; r-- > 0; at /= shape[r]) index.dims[r] = at % shape[r];
  return to_string(index);
}

}  // namespace program
