#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <vector>

#include <qwen3vl/bridge/eigen.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/cpu/vector.hpp>

/// What this machine's processor and memory give, measured.
namespace qwen3vl::bench {

/// What bounds a case, as this machine does it with as many threads:
///
///   read    adding up an array that no cache holds            bytes a second
///   copy    copying such an array; counted are both ways      bytes a second
///   matmul  Eigen's product of float matrices, 768³           operations a second
enum class Ceiling { read, copy, matmul };

/// Of one call of `work`.
template <class Work> double seconds_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Holds the arrays, 512 MiB.
class Probe {
 public:
  Probe() : from_(floats, 1.0f), to_(floats, 1.0f), sums_(pieces) {}

  /// One measurement of a ceiling.
  double rate(Ceiling ceiling, Threads& threads) {
    return ceiling == Ceiling::matmul ? multiply(threads) : stream(ceiling, threads);
  }

 private:
  static constexpr std::size_t floats = std::size_t{64} << 20;  // 256 MiB
  static constexpr std::int64_t n = 768, pieces = 64, piece = static_cast<std::int64_t>(floats) / pieces;

  double multiply(Threads& threads) {
    const int team = threads.count();
    for (int t = static_cast<int>(a_.size()); t < team; ++t) {
      a_.push_back(RowMatrix<float>::Random(n, n));
      b_.push_back(RowMatrix<float>::Random(n, n));
      c_.push_back(RowMatrix<float>::Zero(n, n));
    }
    const double seconds = seconds_of([&] {
      threads.for_each(team, [&](std::int64_t t) {
        const std::size_t i = static_cast<std::size_t>(t);
        c_[i].noalias() = a_[i] * b_[i].transpose();  // as linear has it
      });
    });
    return 2.0 * n * n * n * team / seconds;
  }

  double stream(Ceiling ceiling, Threads& threads) {
    const double seconds = seconds_of([&] {
      threads.for_each(pieces, [&](std::int64_t p) {
        const float* const source = from_.data() + p * piece;
        if (ceiling == Ceiling::copy) {
          std::memcpy(to_.data() + p * piece, source, static_cast<std::size_t>(piece) * sizeof(float));
          return;
        }
        Lanes sum[8] = {}, value;  // two streams: one alone leaves the memory waiting
        for (std::int64_t i = 0; i < piece / 2; i += 4 * lanes)
          for (int u = 0; u < 4; ++u) {
            load(source + i + u * lanes, value);
            sum[u] += value;
            load(source + piece / 2 + i + u * lanes, value);
            sum[4 + u] += value;
          }
        for (const Lanes& part : sum) sums_[static_cast<std::size_t>(p)] += sum_lanes(part);
      });
    });
    return static_cast<double>(floats * sizeof(float)) * (ceiling == Ceiling::copy ? 2 : 1) / seconds;
  }

  std::vector<float> from_, to_, sums_;
  std::vector<RowMatrix<float>> a_, b_, c_;
};

}  // namespace qwen3vl::bench
