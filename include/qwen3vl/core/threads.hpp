#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <qwen3vl/core/error.hpp>

namespace qwen3vl {

/// A team of threads that the user sizes once and hands to everything that can use it.
///
///   Threads threads{4};                                      // the caller is one of the four
///   threads.for_each(rows, [&](std::int64_t row) { … });     // every row once, in any order
///
/// Calls allocate nothing. The caller works too and returns when all is done; the first exception
/// of a task is rethrown there. A call from inside a task runs on the thread that makes it.
/// One team serves one caller at a time.
class Threads {
 public:
  static constexpr int most = 1024;

  explicit Threads(int count = default_count()) {
    if (count < 1 || count > most)
      throw Error("Threads", std::to_string(count) + " threads", "ask for 1 to " + std::to_string(most));
    workers_.reserve(static_cast<std::size_t>(count - 1));
    for (int w = 1; w < count; ++w) workers_.emplace_back([this, w] { work(w); });
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  ~Threads() {
    stop_.store(true);
    round_.fetch_add(1);
    round_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

  static int default_count() {
    return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, most);
  }
  int count() const { return static_cast<int>(workers_.size()) + 1; }

  /// f(i) for i = 0 … n − 1.
  template <class F> void for_each(std::int64_t n, F&& f) {
    for_ranges(n, 1, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::int64_t i = begin; i < end; ++i) f(i);
    });
  }

  /// f(begin, end, thread) over pieces of at most `grain`, 0 ≤ thread < count(): a piece knows which
  /// thread runs it, so that scratch can be kept per thread.
  template <class F> void for_ranges(std::int64_t n, std::int64_t grain, F&& f) {
    if (n <= 0) return;
    grain = std::max<std::int64_t>(grain, 1);
    if (workers_.empty() || n <= grain || inside_ == this) {
      f(std::int64_t{0}, n, inside_ == this ? inside_index_ : 0);
      return;
    }
    task_ = [](void* function, std::int64_t begin, std::int64_t end, int thread) {
      (*static_cast<std::remove_reference_t<F>*>(function))(begin, end, thread);
    };
    function_ = const_cast<void*>(static_cast<const void*>(std::addressof(f)));
    n_ = n;
    grain_ = grain;
    failed_.clear();
    next_.store(0, std::memory_order_relaxed);
    busy_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    take_pieces(0);
    wait_until_idle();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void take_pieces(int thread) {
    const Threads* outer = std::exchange(inside_, this);
    const int outer_index = std::exchange(inside_index_, thread);
    try {
      for (;;) {
        const std::int64_t begin = next_.fetch_add(grain_, std::memory_order_relaxed);
        if (begin >= n_) break;
        task_(function_, begin, std::min(begin + grain_, n_), thread);
      }
    } catch (...) {
      next_.store(n_, std::memory_order_relaxed);
      if (!failed_.test_and_set()) failure_ = std::current_exception();
    }
    inside_ = outer;
    inside_index_ = outer_index;
  }

  void work(int thread) {
    for (unsigned seen = 0;;) {
      for (int spin = 0; spin < spins && round_.load(std::memory_order_acquire) == seen; ++spin) pause();
      round_.wait(seen, std::memory_order_acquire);
      seen = round_.load(std::memory_order_acquire);
      if (stop_.load()) return;
      take_pieces(thread);
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
  }

  void wait_until_idle() {
    for (int spin = 0; spin < spins && busy_.load(std::memory_order_acquire) != 0; ++spin) pause();
    for (int left = busy_.load(std::memory_order_acquire); left != 0;
         left = busy_.load(std::memory_order_acquire))
      busy_.wait(left, std::memory_order_acquire);
  }

  static void pause() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }

  static constexpr int spins = 4000;  // some 50 µs: longer than the gaps between the ops of a layer

  std::vector<std::thread> workers_;
  std::atomic<unsigned> round_{0};
  std::atomic<bool> stop_{false};
  std::atomic<int> busy_{0};
  std::atomic<std::int64_t> next_{0};
  std::atomic_flag failed_;
  std::exception_ptr failure_;
  void (*task_)(void*, std::int64_t, std::int64_t, int) = nullptr;
  void* function_ = nullptr;
  std::int64_t n_ = 0, grain_ = 1;

  inline static thread_local const Threads* inside_ = nullptr;
  inline static thread_local int inside_index_ = 0;
};

}  // namespace qwen3vl
