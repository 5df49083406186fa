#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/expect.hpp>

#include "device_ceilings.cuh"

/// Benchmarks of a GPU's kernels: tables of cases, as support/bench.hpp has them for the CPU.
///
///   const bench::DeviceCase rms_norm_cuda{
///       "rms_norm", {"tokens", "channels"}, {{1, 4096}, {4096, 4096}}, [](bench::DeviceRun& run) {
///         const auto x = run.tensors<bf16>({run["tokens"], run["channels"]});
///         …
///         run.bytes(x.bytes() + out.bytes(), bench::Bound::copy);
///         run.measure([&](std::int64_t i) { rms_norm(run.on, x[i], weight[0], 1e-6f, out[i]); });
///       }};
namespace qwen3vl::bench {

/// What bounds a case.
enum class Bound { read, copy, matrix };

/// As many copies of a tensor as make the L2 cache useless, used in turn: what a pass finds is in memory.
template <class T, int Rank> struct Tensors {
  View<T, Rank, Device> first;
  std::int64_t count = 1, apart = 0;  // elements from one to the next

  View<T, Rank, Device> operator[](std::int64_t call) const {
    View<T, Rank, Device> view = first;
    view.data += call % count * apart;
    return view;
  }
  std::int64_t bytes() const { return first.size() * static_cast<std::int64_t>(sizeof(T)); }
};

class DeviceRun {
 public:
  DeviceRun(Cuda& cuda, std::vector<std::string> columns, std::vector<std::int64_t> sizes)
      : on(cuda), columns_(std::move(columns)), sizes_(std::move(sizes)) {}

  Cuda& on;

  std::int64_t operator[](const std::string& column) const {
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (columns_[c] == column) return sizes_.at(c);
    throw Error("benchmark", "the table has no column " + column);
  }

  /// Random numbers of variance 1, copies until they fill 256 MiB.
  template <Element T, int Rank> Tensors<T, Rank> tensors(const std::int64_t (&shape)[Rank]) {
    constexpr std::int64_t border = 256 / sizeof(T), enough = (std::int64_t{256} << 20) / sizeof(T);
    Tensors<T, Rank> made{View<T, Rank, Device>(nullptr, shape)};
    made.apart = (made.first.size() + border - 1) / border * border;
    made.count = std::clamp<std::int64_t>((enough + made.apart - 1) / made.apart, 1, 64);
    const std::int64_t numbers = made.count * made.apart;
    made.first.data = static_cast<T*>(take(std::size_t(numbers) * sizeof(T)));
    fill_random(on, program::RandomWeights(held_.size(), "numbers.weight", Shape{numbers}), made.first.data,
                numbers);
    return made;
  }
  /// Keys or values as a cache has them, head by head: [rows, kv_heads, head_dim].
  template <Element T> Tensors<T, 3> cache(std::int64_t rows, std::int64_t kv_heads, std::int64_t head_dim) {
    Tensors<T, 3> made = tensors<T>({kv_heads, rows, head_dim});
    std::swap(made.first.shape[0], made.first.shape[1]);
    std::swap(made.first.stride[0], made.first.stride[1]);
    return made;
  }
  /// Integers and structs, as given.
  template <class T> View<const T, 1, Device> list(const std::vector<T>& items) {
    void* const memory = take(items.size() * sizeof(T));
    on.copy_in(memory, items.data(), items.size() * sizeof(T));
    return {static_cast<const T*>(memory), {static_cast<std::int64_t>(items.size())}};
  }

  /// The work of one call: what a case must read and write, and compute.
  void bytes(std::int64_t count, Bound bound) { bytes_ = double(count), traffic_ = bound; }
  void operations(std::int64_t count) { operations_ = double(count); }

  /// Times `work(i)`, i = 0, 1, …, in a graph of some milliseconds, by events: launching costs what it does in a
  /// decode step that is played from a record. The last thing that a case does: its tensors are gone afterwards.
  template <class Work> void measure(Work work) {
    for (std::int64_t i = 0; i < 3; ++i) work(i);
    StreamTimer timer(on);
    const double once = timer.median(3, [&] { work(0); });
    const auto calls = std::clamp<std::int64_t>(static_cast<std::int64_t>(3e-3 / once), 1, 400);
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t record = nullptr;
    expect_cuda(cudaStreamBeginCapture(on.stream(), cudaStreamCaptureModeThreadLocal), "benchmark");
    for (std::int64_t i = 0; i < calls; ++i) work(i);
    expect_cuda(cudaStreamEndCapture(on.stream(), &graph), "benchmark");
    expect_cuda(cudaGraphInstantiate(&record, graph, 0), "benchmark");
    seconds_ = timer.median(9, [&] { expect_cuda(cudaGraphLaunch(record, on.stream()), "benchmark"); }) /
               double(calls);
    (void)cudaGraphExecDestroy(record);
    (void)cudaGraphDestroy(graph);
    on.synchronize();
    held_.clear();
  }

  double seconds() const { return seconds_; }
  double operations() const { return operations_; }
  double bytes() const { return bytes_; }
  Bound traffic() const { return traffic_; }
  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<std::int64_t>& sizes() const { return sizes_; }

 private:
  void* take(std::size_t bytes) {
    held_.push_back(std::make_unique<Buffer<Cuda>>(on, bytes));
    return held_.back()->data();
  }

  std::vector<std::string> columns_;
  std::vector<std::int64_t> sizes_;
  std::vector<std::unique_ptr<Buffer<Cuda>>> held_;
  double seconds_ = 0, operations_ = 0, bytes_ = 0;
  Bound traffic_ = Bound::copy;
};

/// A table of cases, a row of sizes each; its construction enters it into the program's list.
struct DeviceCase {
  DeviceCase(std::string name, std::vector<std::string> columns, std::vector<std::vector<std::int64_t>> rows,
             std::function<void(DeviceRun&)> run);
};

}  // namespace qwen3vl::bench
