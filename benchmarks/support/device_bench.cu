#include "device_bench.cuh"

#include <cstdio>
#include <exception>
#include <fstream>

#include "options.hpp"

namespace qwen3vl::bench {
namespace {

struct Entry {
  std::string name;
  std::vector<std::string> columns;
  std::vector<std::vector<std::int64_t>> rows;
  std::function<void(DeviceRun&)> run;
};
std::vector<Entry>& entries() {
  static std::vector<Entry> all;
  return all;
}

std::string text(const char* form, double number) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, form, number);
  return buffer;
}

/// Lines to standard output and, where one was asked for, to a file; each is there at once.
class Lines {
 public:
  explicit Lines(const std::string& path) {
    if (path.empty()) return;
    file_.open(path);
    if (!file_) throw Error(path, "cannot be written");
  }
  void add(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    if (file_.is_open()) file_ << line << std::endl;
  }

 private:
  std::ofstream file_;
};

/// "| attend/prefill | queries 4096, heads 32 | 1.234 ms | 0.5 ms | 40.5 % | 512 TFLOP/s |"
std::string line_of(const std::string& name, const DeviceRun& run, const DeviceCeilings& ceilings) {
  std::string sizes;
  for (std::size_t c = 0; c < run.columns().size(); ++c)
    sizes += (c ? ", " : "") + run.columns()[c] + " " + std::to_string(run.sizes()[c]);
  const double by_memory = run.bytes() / (run.traffic() == Bound::read ? ceilings.read : ceilings.copy),
               by_arithmetic = run.operations() / ceilings.matrix, floor = std::max(by_memory, by_arithmetic);
  const bool arithmetic = by_arithmetic > by_memory;
  return "| " + name + " | " + sizes + " | " + text("%.2f µs", run.seconds() * 1e6) + " | " +
         text("%.2f µs", floor * 1e6) + " | " + text("%.1f %%", 100 * floor / run.seconds()) + " | " +
         (arithmetic ? text("%.1f TFLOP/s", run.operations() / run.seconds() / 1e12)
                     : text("%.0f GB/s", run.bytes() / run.seconds() / 1e9)) +
         " |";
}

int run_all(const Options& options) {
  if (options.list) {
    for (const Entry& entry : entries()) std::printf("%s (%zu)\n", entry.name.c_str(), entry.rows.size());
    return 0;
  }
  Lines lines(options.file);
  Cuda cuda;
  const DeviceCeilings ceilings = measure_device<bf16>(cuda);
  lines.add(device_name(cuda) + ", bf16. It reads " + text("%.0f GB/s", ceilings.read / 1e9) + ", copies " +
            text("%.0f GB/s", ceilings.copy / 1e9) + ", multiplies matrices at " +
            text("%.0f TFLOP/s.", ceilings.matrix / 1e12));
  lines.add("");
  lines.add("| op | sizes | time | floor | share | rate |");
  lines.add("| --- | --- | --- | --- | --- | --- |");
  for (const Entry& entry : entries()) {
    if (entry.name.find(options.filter) == entry.name.npos) continue;
    for (const std::vector<std::int64_t>& sizes : entry.rows) {
      DeviceRun run(cuda, entry.columns, sizes);
      entry.run(run);
      lines.add(line_of(entry.name, run, ceilings));
    }
  }
  return 0;
}

}  // namespace

DeviceCase::DeviceCase(std::string name, std::vector<std::string> columns,
                       std::vector<std::vector<std::int64_t>> rows, std::function<void(DeviceRun&)> run) {
  entries().push_back({std::move(name), std::move(columns), std::move(rows), std::move(run)});
}

}  // namespace qwen3vl::bench

int main(int argc, char** argv) {
  try {
    return qwen3vl::bench::run_all(qwen3vl::bench::parse_options(argc, argv, "bench_cuda", "markdown"));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
