#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace program {

/// A bar on standard error, where that is a terminal; otherwise nothing. It appears when the work takes
/// longer than a moment, and wipes itself away.
///
///   loading model.safetensors  [#########...........]  45 %
class ProgressBar {
 public:
  explicit ProgressBar(bool wanted = true) : shown_(wanted && isatty(STDERR_FILENO)), start_(Clock::now()) {}
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() {
    if (drawn_) std::fprintf(stderr, "\r\033[K");
  }

  void operator()(std::uint64_t done, std::uint64_t total, const std::string& what) {
    if (!shown_ || total == 0) return;
    const auto now = Clock::now();
    if (now - start_ < std::chrono::milliseconds(300) ||
        (drawn_ && now - last_ < std::chrono::milliseconds(50)))
      return;
    last_ = now;
    drawn_ = true;
    constexpr int width = 30;
    const int filled = static_cast<int>(static_cast<double>(done) / static_cast<double>(total) * width);
    std::string bar(width, '.');
    for (int i = 0; i < filled && i < width; ++i) bar[std::size_t(i)] = '#';
    std::fprintf(stderr, "\r\033[K%s  [%s] %3d %%", what.c_str(), bar.c_str(),
                 static_cast<int>(100.0 * double(done) / double(total)));
    std::fflush(stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool shown_, drawn_ = false;
  Clock::time_point start_, last_;
};

}  // namespace program
