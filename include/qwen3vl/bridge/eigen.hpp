#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // g++ 12's own AVX-512 intrinsics
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <Eigen/Core>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>

/// Views and Eigen's arrays are the same memory seen twice; nothing is copied, writes go through. The
/// one door to Eigen.
///
///   Eigen::MatrixXf m(3, 4);
///   rms_norm(cpu, as_view(x), as_view(w), 1e-6f, as_view(out));   // user's arrays into an op
///   as_eigen(logits).row(0).maxCoeff(&best);                      // a view into user's code
///
/// An Eigen matrix is column-major unless it says Eigen::RowMajor. Its view then has rows with gaps,
/// which ops refuse: prefer RowMatrix.
///
/// bf16 and f16 are mapped as themselves, as scalars that store: `as_eigen(w).cast<float>() * x`.
/// Eigen::bfloat16 and Eigen::half have the same bits but are other types, and C++ forbids to read
/// the one through a pointer to the other.
template <> struct Eigen::NumTraits<qwen3vl::bf16> : Eigen::GenericNumTraits<qwen3vl::bf16> {
  static constexpr int digits10() { return 2; }
};
template <> struct Eigen::NumTraits<qwen3vl::f16> : Eigen::GenericNumTraits<qwen3vl::f16> {
  static constexpr int digits10() { return 3; }
};

namespace qwen3vl {

template <class T> using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T> using RowVector = Eigen::Matrix<T, 1, Eigen::Dynamic, Eigen::RowMajor>;

/// The map of a view: of a const matrix when the view is of const elements.
template <class T, class Plain, class Stride>
using EigenMap =
    Eigen::Map<std::conditional_t<std::is_const_v<T>, const Plain, Plain>, Eigen::Unaligned, Stride>;

/// [rows, columns] whose rows are dense, as products want them. Throws when a row has gaps.
template <class T>
EigenMap<T, RowMatrix<std::remove_const_t<T>>, Eigen::OuterStride<>> as_eigen(const View<T, 2>& view) {
  expect_dense_rows("as_eigen", "the view", view);
  return {view.data, view.shape[0], view.shape[1], Eigen::OuterStride<>(view.stride[0])};
}
/// [n] as a row. Throws when there are gaps.
template <class T>
EigenMap<T, RowVector<std::remove_const_t<T>>, Eigen::Stride<0, 0>> as_eigen(const View<T, 1>& view) {
  expect_dense_rows("as_eigen", "the view", view);
  return {view.data, view.shape[0]};
}
/// Any strides: columns of a larger matrix, transposes, every other element.
template <class T> auto as_strided_eigen(const View<T, 2>& view) {
  using Stride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  return EigenMap<T, RowMatrix<std::remove_const_t<T>>, Stride>(view.data, view.shape[0], view.shape[1],
                                                                Stride(view.stride[0], view.stride[1]));
}
template <class T> auto as_strided_eigen(const View<T, 1>& view) {
  return EigenMap<T, RowVector<std::remove_const_t<T>>, Eigen::InnerStride<>>(
      view.data, view.shape[0], Eigen::InnerStride<>(view.stride[0]));
}

/// Something of Eigen's that has elements in memory: Matrix, Array, Map, Ref, Block; no expression.
template <class M>
concept EigenInMemory = std::derived_from<std::remove_const_t<M>, Eigen::DenseBase<std::remove_const_t<M>>> &&
    bool(std::remove_const_t<M>::Flags& Eigen::DirectAccessBit);

/// A matrix as [rows, columns]; what is a vector by its type as [n]. The matrix must live on: a
/// temporary does not compile.
template <EigenInMemory M> auto as_view(M& matrix) {
  using T = std::remove_pointer_t<decltype(matrix.data())>;
  if constexpr (bool(M::IsVectorAtCompileTime)) {
    View<T, 1> view;
    view.data = matrix.data();
    view.shape[0] = matrix.size();
    view.stride[0] = matrix.innerStride();
    return view;
  } else {
    View<T, 2> view;
    view.data = matrix.data();
    view.shape[0] = matrix.rows();
    view.shape[1] = matrix.cols();
    view.stride[0] = M::IsRowMajor ? matrix.outerStride() : matrix.innerStride();
    view.stride[1] = M::IsRowMajor ? matrix.innerStride() : matrix.outerStride();
    return view;
  }
}
template <EigenInMemory M> void as_view(const M&& matrix) = delete;

}  // namespace qwen3vl
