/// bench on the CPU.
#include <fstream>
#include <optional>
#include <span>
#include <string>

#include <qwen3vl/cpu.hpp>

#include "../../benchmarks/support/ceilings.hpp"
#include "bench_run.hpp"

namespace program {
namespace {

/// "model name : AMD EPYC …" of the first processor.
std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (const auto colon = line.find(": "); line.starts_with("model name") && colon != line.npos)
      return line.substr(colon + 2);
  return "a processor that does not tell its name";
}

struct CpuBench {
  using Backend = Cpu;
  Cpu on;

  Threads& threads() { return on.threads(); }
  std::string name() { return processor_name(); }
  Room room() {
    const std::size_t own = resident_memory();
    return {"memory", available_memory() + own, own, false};
  }
  template <class T> void fill(const RandomWeights& numbers, T* to, std::int64_t count) {
    numbers.fill(on.threads(), 0, std::span(to, static_cast<std::size_t>(count)));
  }
  void reset_peak() {}
  std::optional<std::size_t> peak() { return std::nullopt; }

  /// The matrix rate is the better one of Eigen's float product and of the library's own in T.
  template <class T> Ceilings ceilings() {
    using bench::Ceiling;
    constexpr int samples = 9;
    const auto rate = [&](auto probe) {
      std::vector<double> rates;
      probe();
      for (int i = 0; i < samples; ++i) rates.push_back(probe());
      stop_if_interrupted();
      return median(rates);
    };
    Ceilings found;
    {
      bench::Probe probe;
      found.read = rate([&] { return probe.rate(Ceiling::read, threads()); });
      found.copy = rate([&] { return probe.rate(Ceiling::copy, threads()); });
      found.matrix = rate([&] { return probe.rate(Ceiling::matmul, threads()); });
    }
    constexpr std::int64_t tokens = 512, in = 2048, out = 4096;
    const Buffer<Cpu> memory(on, std::size_t(tokens * in + in * out + tokens * out) * sizeof(T));
    const View<T, 2> x(reinterpret_cast<T*>(memory.data()), {tokens, in}),
        weight(x.data + x.size(), {out, in}), result(weight.data + weight.size(), {tokens, out});
    fill(RandomWeights(2, "x.weight", Shape{x.size()}), x.data, x.size());
    fill(RandomWeights(2, "weight.weight", Shape{out, in}), weight.data, weight.size());
    found.matrix = std::max(found.matrix, rate([&] {
                              const double seconds =
                                  bench::seconds_of([&] { linear(on, x, weight, {}, result); });
                              return 2.0 * tokens * in * out / seconds;
                            }));
    reset_peak_memory();
    return found;
  }
};

}  // namespace

bool bench_on_cpu(const BenchOptions& options) {
  CpuBench machine{Cpu(options.threads)};
  return run_bench(machine, with_defaults(options, {1024}, {1024}, 512));
}

}  // namespace program
