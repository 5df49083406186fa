#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <qwen3vl/bridge/eigen.hpp>

/// Products of dense float tiles, through Eigen. They are no templates: a program compiles each once,
/// whatever the types and masks of the kernels that call them.
namespace qwen3vl {

using FloatTile = Eigen::Map<Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>, 0,
                             Eigen::OuterStride<>>;

/// c = a·bᵀ, or c += a·bᵀ        a : [rows, depth]   b : [columns, depth]   c : [rows, columns]
///
/// `pitch` is the distance of a matrix's rows, in floats.
inline void multiply_by_transposed(float* a, std::int64_t a_pitch, float* b, std::int64_t b_pitch, float* c,
                                   std::int64_t c_pitch, std::int64_t rows, std::int64_t columns,
                                   std::int64_t depth, bool accumulate) {
  const FloatTile left(a, rows, depth, Eigen::OuterStride<>(a_pitch));
  const FloatTile right(b, columns, depth, Eigen::OuterStride<>(b_pitch));
  FloatTile product(c, rows, columns, Eigen::OuterStride<>(c_pitch));
  if (!accumulate) product.setZero();
  product.noalias() += left * right.transpose();
}

/// c += a·b        a : [rows, depth]   b : [depth, columns]   c : [rows, columns], all without gaps
inline void add_product(float* a, float* b, float* c, std::int64_t rows, std::int64_t columns,
                        std::int64_t depth) {
  const FloatTile left(a, rows, depth, Eigen::OuterStride<>(depth));
  const FloatTile right(b, depth, columns, Eigen::OuterStride<>(columns));
  FloatTile(c, rows, columns, Eigen::OuterStride<>(columns)).noalias() += left * right;
}

/// One step of a streamed softmax over n scores: they become e^(score − m) with m the largest so far;
/// returns e^(old m − m), by which what was summed before shrinks.
inline float stream_softmax(float* scores, std::int64_t n, float& largest, float& total) {
  Eigen::Map<Eigen::ArrayXf> seen(scores, n);
  const float m = std::max(largest, seen.maxCoeff());
  const float shrink = std::exp(largest - m);  // 0 the first time
  seen = (seen - m).exp();
  total = total * shrink + seen.sum();
  largest = m;
  return shrink;
}

}  // namespace qwen3vl
