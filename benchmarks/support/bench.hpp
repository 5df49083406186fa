#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/view.hpp>

#include "ceilings.hpp"

/// Benchmarks are tables of cases with the sizes of real models. A case says how much work it does, so
/// that the report can speak of bandwidth and of the share of what the machine gives, measured in the
/// same run.
///
///   const bench::Case rms_norm_cpu{
///       "rms_norm/cpu/bf16",
///       bench::grid({{"threads", {1, 2}}, {"tokens", {1, 2048}}, {"channels", {2048}}}),
///       [](bench::Run& run) {
///         Cpu cpu(run["threads"]);
///         auto x = run.tensor<bf16>(cpu, {run["tokens"], run["channels"]});
///         run.bytes(2 * bench::bytes(x), bench::Ceiling::copy);
///         run.measure(cpu, [&] { … });
///       }};
namespace qwen3vl::bench {

/// One row of a table: {"tokens", 64}, {"channels", 2048}.
using Point = std::vector<std::pair<std::string, std::int64_t>>;

/// Every combination.
std::vector<Point> grid(const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& axes);
/// The rows as they stand, each for 1 and 2 threads.
std::vector<Point> rows(const std::vector<std::string>& columns,
                        const std::vector<std::vector<std::int64_t>>& rows);

class Run {
 public:
  explicit Run(Point point) : point_(std::move(point)) {}

  int operator[](const std::string& name) const;

  /// Memory of the backend for this case, filled with numbers of −1 … 1.
  template <Element T, Backend B, int Rank>
  View<T, Rank, typename B::Space> tensor(B& on, const std::int64_t (&shape)[Rank]) {
    View<T, Rank, typename B::Space> view(nullptr, shape);
    const std::size_t size = static_cast<std::size_t>(view.size());
    auto memory = std::make_shared<Buffer<B>>(on, size * sizeof(T));
    std::vector<T> numbers(size);
    std::uint32_t state = 12345;
    for (T& number : numbers)
      number = T(static_cast<float>((state = state * 1664525u + 1013904223u) >> 8) * 0x1p-23f - 1.0f);
    on.copy_in(memory->data(), numbers.data(), size * sizeof(T));
    view.data = reinterpret_cast<T*>(memory->data());
    held_.push_back(memory);
    return view;
  }
  /// The same for integers and structs, as given.
  template <class T, Backend B> View<const T, 1, typename B::Space> list(B& on, const std::vector<T>& items) {
    auto memory = std::make_shared<Buffer<B>>(on, items.size() * sizeof(T));
    on.copy_in(memory->data(), items.data(), items.size() * sizeof(T));
    held_.push_back(memory);
    return {reinterpret_cast<const T*>(memory->data()), {static_cast<std::int64_t>(items.size())}};
  }

  /// The work of one call: what a case reads and writes, or computes.
  void bytes(std::int64_t count, Ceiling ceiling) { work_ = static_cast<double>(count), ceiling_ = ceiling; }
  void flops(std::int64_t count) { work_ = static_cast<double>(count), ceiling_ = Ceiling::matmul; }

  /// Times `work()` or `work(i)`, i = 0, 1, …: warms up, then takes samples of some milliseconds each, and
  /// after each one of the ceiling: what else the machine has to do then slows both.
  /// The last thing that a case does: its tensors are gone afterwards.
  template <Backend B, class Work> void measure(B& on, Work&& work) {
    std::int64_t call = 0;
    const auto seconds = [&](std::int64_t calls) {
      const auto begin = std::chrono::steady_clock::now();
      for (std::int64_t c = 0; c < calls; ++c, ++call)
        if constexpr (std::is_invocable_v<Work, std::int64_t>)
          work(call);
        else
          work();
      on.synchronize();
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    sample(seconds);
    held_.clear();  // while the backend is alive
  }

  const Point& point() const { return point_; }
  double work() const { return work_; }
  Ceiling ceiling() const { return ceiling_; }
  const std::vector<double>& seconds() const { return seconds_; }    // of one call, a number a sample
  const std::vector<double>& ceilings() const { return ceilings_; }  // bytes or operations a second, likewise

 private:
  void sample(const std::function<double(std::int64_t calls)>& seconds);

  Point point_;
  double work_ = 0;
  Ceiling ceiling_ = Ceiling::read;
  std::vector<double> seconds_, ceilings_;
  std::vector<std::shared_ptr<void>> held_;
};

/// A table of cases; its construction enters it into the program's list.
struct Case {
  Case(std::string name, std::vector<Point> points, std::function<void(Run&)> run);
};

template <class T, int Rank, class Space> std::int64_t bytes(const View<T, Rank, Space>& view) {
  return view.size() * static_cast<std::int64_t>(sizeof(T));
}

}  // namespace qwen3vl::bench
