#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <qwen3vl/io/json.hpp>
#include <qwen3vl/io/output_file.hpp>

#include "bench_counts.hpp"
#include "memory.hpp"

/// What `bench` found, as a table while it is found and as JSON.
namespace program {

/// One thing that was timed.
struct BenchRow {
  std::string name;         // tower, prefill_4096, decode_1024, first_token
  double seconds = 0;       // the median
  std::int64_t tokens = 0;  // that these seconds brought: visual, read or written ones
  Work work;
  std::int64_t samples = 0;
  std::optional<std::size_t> beyond =
      std::nullopt;  // most bytes of device memory at once, less weights and cache

  double floor(const Ceilings& ceilings) const { return floor_seconds(work, ceilings); }
  double share(const Ceilings& ceilings) const { return floor(ceilings) / seconds; }
  double tokens_per_second() const { return double(tokens) / seconds; }
  /// Which of the two makes the floor?
  const char* bound(const Ceilings& ceilings) const {
    return work.bytes / ceilings.read > work.operations / ceilings.matrix ? "memory" : "arithmetic";
  }
};

struct BenchReport {
  std::string machine, backend, shape, dtype;
  int threads = 0;
  Ceilings ceilings;
  std::vector<BenchRow> rows;
  std::vector<std::pair<std::string, std::string>> left_out;  // name, why
  std::size_t weights = 0;
  double ready_seconds = 0;  // until the weights were in place
  bool interrupted = false;

  /// The table's head, and what the shares are shares of.
  void print_head() const {
    std::printf("%s, %s on %s, %d threads\n%s\n", shape.c_str(), dtype.c_str(), backend.c_str(), threads,
                machine.c_str());
    const bool tera = ceilings.matrix >= 1e12;
    std::printf("reads %.1f GB/s, copies %.1f GB/s, multiplies matrices at %.1f %s\n", ceilings.read / 1e9,
                ceilings.copy / 1e9, ceilings.matrix / (tera ? 1e12 : 1e9), tera ? "TFLOP/s" : "GFLOP/s");
    std::printf("weights: %s, ready after %.1f s\n\n", bytes_text(weights).c_str(), ready_seconds);
    std::printf("%-15s %12s %12s  %6s  %-10s  %12s  %s\n", "row", "time", "floor", "share", "bound by",
                "tokens/s", "beyond weights and cache");
    std::fflush(stdout);
  }
  void print(const BenchRow& row) const {
    std::printf("%-15s %9.3f ms %9.3f ms  %4.1f %%  %-10s  %12.1f  %s\n", row.name.c_str(), row.seconds * 1e3,
                row.floor(ceilings) * 1e3, row.share(ceilings) * 100, row.bound(ceilings),
                row.tokens_per_second(), row.beyond ? bytes_text(*row.beyond).c_str() : "-");
    std::fflush(stdout);
  }
  void print_left_out(const std::string& name, const std::string& why) const {
    std::printf("%-15s left out: %s\n", name.c_str(), why.c_str());
    std::fflush(stdout);
  }
  void print_foot() const {
    std::printf("\nhost memory at the peak: %s\n", bytes_text(peak_memory()).c_str());
    if (const auto most = most_beyond())
      std::printf("device memory beyond weights and cache, at most: %s\n", bytes_text(*most).c_str());
    if (interrupted) std::printf("interrupted: the rows that are missing were not measured\n");
    std::fflush(stdout);
  }

  /// Of all rows, where there is a device.
  std::optional<std::size_t> most_beyond() const {
    std::optional<std::size_t> most;
    for (const BenchRow& row : rows)
      if (row.beyond) most = std::max(*row.beyond, most.value_or(0));
    return most;
  }

  qwen3vl::OrderedJson json() const {
    qwen3vl::OrderedJson out;
    out["machine"] = machine, out["backend"] = backend, out["shape"] = shape, out["dtype"] = dtype;
    out["threads"] = threads;
    out["ceilings"] = {{"read_bytes_per_second", ceilings.read},
                       {"copy_bytes_per_second", ceilings.copy},
                       {"matrix_operations_per_second", ceilings.matrix}};
    out["rows"] = qwen3vl::OrderedJson::array();
    for (const BenchRow& row : rows) {
      qwen3vl::OrderedJson r = {{"name", row.name},
                                {"milliseconds", row.seconds * 1e3},
                                {"floor_milliseconds", row.floor(ceilings) * 1e3},
                                {"share", row.share(ceilings)},
                                {"tokens_per_second", row.tokens_per_second()},
                                {"tokens", row.tokens},
                                {"operations", row.work.operations},
                                {"bytes", row.work.bytes},
                                {"bound", row.bound(ceilings)},
                                {"samples", row.samples}};
      if (row.beyond) r["device_bytes_beyond_weights_and_cache"] = *row.beyond;
      out["rows"].push_back(r);
    }
    out["left_out"] = qwen3vl::OrderedJson::array();
    for (const auto& [name, why] : left_out) out["left_out"].push_back({{"name", name}, {"reason", why}});
    out["memory"] = {{"weights_bytes", weights}, {"host_peak_bytes", peak_memory()}};
    if (const auto most = most_beyond()) out["memory"]["device_bytes_beyond_weights_and_cache"] = *most;
    out["ready_seconds"] = ready_seconds;
    out["interrupted"] = interrupted;
    return out;
  }
  void write(const std::string& path) const {
    if (!path.empty()) qwen3vl::write_file(path, qwen3vl::to_text(json(), path) + "\n");
  }
};

}  // namespace program
