#pragma once

#include <string>

#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/view.hpp>

/// The checks at the entry of an op, and the words they use. Cold code: the text is made only when a
/// check has failed.
namespace qwen3vl {

/// "[5, 96]"
inline std::string to_string(const std::int64_t* sizes, int rank) {
  std::string text = "[";
  for (int r = 0; r < rank; ++r) text += (r ? ", " : "") + std::to_string(sizes[r]);
  return text + "]";
}
inline std::string to_string(const Shape& shape) { return to_string(shape.dims, shape.rank); }

[[noreturn]] inline void wrong_shape(const char* where, const char* name, const std::int64_t* got,
                                     const std::int64_t* wanted, int rank, const char* hint) {
  throw Error(where,
              std::string(name) + " is " + to_string(got, rank) + ", should be " + to_string(wanted, rank),
              hint);
}

/// Throws unless `got` has the wanted shape: "rms_norm: weight is [2048], should be [4096]".
template <class T, int Rank, class Space>
void expect_shape(const char* where, const char* name, const View<T, Rank, Space>& got,
                  const std::int64_t (&wanted)[Rank], const char* hint = "") {
  for (int r = 0; r < Rank; ++r)
    if (got.shape[r] != wanted[r]) wrong_shape(where, name, got.shape, wanted, Rank, hint);
}

/// Throws unless the last axis is dense, as kernels that walk rows need it.
template <class T, int Rank, class Space>
void expect_dense_rows(const char* where, const char* name, const View<T, Rank, Space>& got) {
  if (got.shape[Rank - 1] > 1 && got.stride[Rank - 1] != 1)
    throw Error(where, std::string(name) + " has gaps between the elements of a row",
                "pass a view whose last stride is 1");
}

/// Throws unless `holds`. The text is a literal, so that passing the check costs nothing.
inline void expect(bool holds, const char* where, const char* what, const char* hint = "") {
  if (!holds) throw Error(where, what, hint);
}

}  // namespace qwen3vl
