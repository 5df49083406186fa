#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/io/in_quotes.hpp>
#include <qwen3vl/io/stored_dtype.hpp>

namespace qwen3vl {

/// A tensor in a file: name, type, shape, and where its bytes are. It owns nothing but its names; the
/// bytes belong to whoever mapped the file.
///
///   const View<const bf16, 2> weight = file.at("lm_head.weight").view<bf16, 2>();   // no copy
struct TensorInfo {
  std::string name;
  StoredDtype dtype = StoredDtype::F32;
  Shape shape;
  std::span<const std::byte> bytes;         // row-major, little-endian; size = shape.size()·bytes_of(dtype)
  std::shared_ptr<const std::string> file;  // its path, for messages

  /// "model.safetensors: tensor "lm_head.weight""
  std::string where() const { return (file ? *file + ": " : std::string()) + "tensor " + in_quotes(name); }

  /// Can elements of T be read in place? Files align what they hold, but need not.
  template <class T> bool aligned() const {
    return reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(T) == 0;
  }

  /// All elements in one row, whatever the shape; also the way to a scalar, whose shape is [].
  template <class T> std::span<const T> flat() const {
    if (!reads_as<T>(dtype)) wrong_dtype(stored_dtype<T>);
    if (!bytes.empty() && !aligned<T>()) wrong_alignment(alignof(T));
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  /// The elements under their shape. Throws unless the type and the number of axes are as asked.
  template <class T, int Rank> View<const T, Rank> view() const {
    if (shape.rank != Rank) wrong_rank(Rank);
    std::int64_t sizes[Rank];
    for (int r = 0; r < Rank; ++r) sizes[r] = shape[r];
    return View<const T, Rank>(flat<T>().data(), sizes);
  }

  /// Throws unless the shape is as wanted.
  void expect_shape(const Shape& wanted,
                    const char* hint = "weights of another model, or another config.json?") const {
    if (!(shape == wanted))
      throw Error(where(), "is " + to_string(shape) + ", should be " + to_string(wanted), hint);
  }

 private:
  [[noreturn]] void wrong_dtype(StoredDtype wanted) const {
    throw Error(where(), std::string("is ") + name_of(dtype) + ", should be " + name_of(wanted),
                "io/tensor_convert.hpp converts between F32, BF16 and F16");
  }
  [[noreturn]] void wrong_rank(int wanted) const {
    throw Error(where(), "is " + to_string(shape) + ", should have " + std::to_string(wanted) +
                             (wanted == 1 ? " axis" : " axes"));
  }
  [[noreturn]] void wrong_alignment(std::size_t wanted) const {
    throw Error(where(), "begins at an address that is no multiple of " + std::to_string(wanted),
                "io/tensor_convert.hpp copies it; a file saved again has its tensors aligned");
  }
};

}  // namespace qwen3vl
