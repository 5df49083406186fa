#pragma once

#include <cstdint>
#include <type_traits>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/cuda/pairs.cuh>

/// What a warp does on the tensor cores: D ← A·B + D, with A : [16, 16] and B : [16, 8] of bf16 or f16, and
/// D : [16, 8] of float. A register holds two neighbours of a row of A, or of a column of B. With
/// g = lane / 4 and p = 2 · (lane % 4), a lane has
///
///   a[0] = A[g,     p … p+1]    a[2] = A[g,     p+8 … p+9]       b[0] = B[p   … p+1, g]
///   a[1] = A[g + 8, p … p+1]    a[3] = A[g + 8, p+8 … p+9]       b[1] = B[p+8 … p+9, g]
///   d[0], d[1] = D[g, p … p+1]    d[2], d[3] = D[g + 8, p … p+1]
///
/// (PTX ISA, mma.m16n8k16). Ampere and later.
namespace qwen3vl {

template <class T>
__device__ inline void multiply_add(const std::uint32_t (&a)[4], const std::uint32_t (&b)[2], float (&d)[4]) {
  if constexpr (std::is_same_v<T, bf16>) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  } else {
    static_assert(std::is_same_v<T, f16>, "the tensor cores multiply bf16 and f16");
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
}

/// Four matrices [8, 8] that lie in shared memory row by row, a register of each for a lane: lane 8m + i says with
/// `row` where row i of matrix m begins, aligned to 16 bytes. A lane gets row lane / 4, columns p … p+1 of each;
/// transposed, column lane / 4 of rows p … p+1.
template <class T> __device__ inline void load_matrices(const T* row, std::uint32_t (&to)[4]) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}
template <class T> __device__ inline void load_transposed(const T* row, std::uint32_t (&to)[4]) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address)
               : "memory");
}

}  // namespace qwen3vl
