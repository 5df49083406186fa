#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

/// Antialiased bicubic resampling along one axis, a = −0.5:
///
///   out[x] = Σ_k w[x, k] · in[first[x] + k],   Σ_k w[x, k] = 1
///
///   w[x, k] ∝ B((first[x] + k − c + ½) / s),   c = (x + ½)·scale,   scale = size_in / size_out,
///   s = max(scale, 1), so the kernel widens when shrinking: no aliasing;  |support| = 2·s
///
/// What a policy answers: *in which numbers are weights and sums held?*
///
///   PilU8           22-bit fixed point, every pass rounded to 8 bit     PIL's Image.resize
///   TorchvisionU8   16-bit weights, every pass rounded to 8 bit         torchvision on uint8 CPU tensors
///   FloatAA         float, rounded once at the end, ties to even        torchvision on float tensors
///
/// Keys, "Cubic convolution interpolation", 1981, eq. 8 with a = −1/2.
namespace qwen3vl {

/// Keys' cubic with a = −½; zero from |t| = 2 on.
inline double keys_cubic(double t) {
  constexpr double a = -0.5;
  t = std::fabs(t);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * a;
  return 0;
}

/// The inputs and weights of every output of one axis. `taps` is the most inputs any output has;
/// shorter rows are filled up with zero weights.
template <class Weight> struct AxisWeights {
  int size_in = 0, size_out = 0;
  int taps = 0, shift = 0;           // shift: the fixed point's binary digits, 0 in float
  std::vector<std::int32_t> first;   // [size_out]
  std::vector<std::int32_t> counts;  // [size_out], 1 … taps
  std::vector<Weight> weights;       // [size_out, taps]

  bool changes() const { return size_in != size_out; }
  const Weight* row(std::int64_t x) const { return weights.data() + x * taps; }
};

struct PilU8 {
  using Weight = std::int32_t;
  using Between = std::uint8_t;  // what the first pass hands to the second
  static int shift(double /*largest*/) { return 22; }
  static Weight weight(double w, int shift) {
    return static_cast<Weight>(w * static_cast<double>(1 << shift) + std::copysign(0.5, w));
  }
};

struct TorchvisionU8 : PilU8 {
  /// The most binary digits, at most 22, with which the largest weight still fits into 16 bits.
  static int shift(double largest) {
    int digits = 0;
    while (digits < 22 && 0.5 + largest * static_cast<double>(1 << (digits + 1)) < 32768) ++digits;
    return digits;
  }
};

struct FloatAA {
  using Weight = float;
  using Between = float;
  static int shift(double /*largest*/) { return 0; }
  static Weight weight(double w, int /*shift*/) { return static_cast<float>(w); }
};

/// The weights of one axis, size_in → size_out, both at least 1. Computed in double.
template <class Policy> AxisWeights<typename Policy::Weight> bicubic_weights(int size_in, int size_out) {
  AxisWeights<typename Policy::Weight> axis;
  axis.size_in = size_in, axis.size_out = size_out;
  const double scale = static_cast<double>(size_in) / size_out, stretch = std::max(scale, 1.0);
  const double support = 2 * stretch;
  const std::size_t outputs = static_cast<std::size_t>(size_out);
  axis.first.resize(outputs), axis.counts.resize(outputs);
  for (int x = 0; x < size_out; ++x) {
    const double center = (x + 0.5) * scale;
    const int low = std::max(0, static_cast<int>(center - support + 0.5));
    const int high = std::min(size_in, static_cast<int>(center + support + 0.5));
    axis.first[static_cast<std::size_t>(x)] = low;
    axis.counts[static_cast<std::size_t>(x)] = high - low;
    axis.taps = std::max(axis.taps, high - low);
  }

  std::vector<double> exact(outputs * static_cast<std::size_t>(axis.taps));
  double largest = 0;
  for (int x = 0; x < size_out; ++x) {
    const double center = (x + 0.5) * scale;
    const int low = axis.first[static_cast<std::size_t>(x)], count = axis.counts[static_cast<std::size_t>(x)];
    double* row = exact.data() + static_cast<std::size_t>(x) * static_cast<std::size_t>(axis.taps);
    double sum = 0;
    for (int k = 0; k < count; ++k) sum += row[k] = keys_cubic((k + low - center + 0.5) * (1 / stretch));
    for (int k = 0; k < count; ++k) largest = std::max(largest, row[k] /= sum);
  }
  axis.shift = Policy::shift(largest);
  axis.weights.resize(exact.size());
  for (std::size_t i = 0; i < exact.size(); ++i)
    axis.weights[i] = exact[i] == 0 ? 0 : Policy::weight(exact[i], axis.shift);
  return axis;
}

}  // namespace qwen3vl
