#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <vector>

namespace program {

/// Ctrl-C ends a measurement, and what was measured is still reported; a second one ends the program.
struct BenchInterrupted {};
inline std::atomic<bool> bench_interrupted{false};

inline void catch_interrupts() {
  std::signal(SIGINT, [](int) {
    bench_interrupted = true;
    std::signal(SIGINT, SIG_DFL);
  });
}
inline void stop_if_interrupted() {
  if (bench_interrupted) throw BenchInterrupted{};
}

/// Of a list that is not empty.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// The seconds of every pass, those to warm up left out. A pass of more than 5 s is its own warming up, and
/// after 15 s there are samples enough.
template <class Pass> std::vector<double> time_passes(int warm_ups, int samples, Pass pass) {
  constexpr double long_pass = 5, enough = 15;
  std::vector<double> seconds;
  double total = 0;
  for (int i = 0; i < warm_ups + samples && total < enough; ++i) {
    stop_if_interrupted();
    const auto start = std::chrono::steady_clock::now();
    pass();
    const double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (i < warm_ups && taken < long_pass) continue;
    seconds.push_back(taken);
    total += taken;
  }
  return seconds;
}

}  // namespace program
