#pragma once

#include <string>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/error.hpp>
#include <qwen3vl/io/checkpoint.hpp>

namespace program {

/// The type that most bytes of the checkpoint have: what "auto" means. Weights in f16 are computed with
/// in bf16, which has the range of float.
inline std::string dtype_of(const qwen3vl::Checkpoint& checkpoint) {
  std::uint64_t wide = 0;
  for (const qwen3vl::TensorInfo& tensor : checkpoint.tensors())
    if (tensor.dtype == qwen3vl::StoredDtype::F32) wide += tensor.bytes.size();
  return 2 * wide > checkpoint.bytes() ? "f32" : "bf16";
}

/// The gate from the option --dtype to a type: f(float{}) or f(bf16{}).
template <class F> auto with_dtype(const std::string& name, F&& f) {
  if (name == "f32") return f(float{});
  if (name == "bf16") return f(qwen3vl::bf16{});
  throw qwen3vl::Error("--dtype", "\"" + name + "\"", "f32 or bf16");
}

}  // namespace program
