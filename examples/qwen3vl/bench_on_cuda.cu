/// bench on a GPU.
#include <optional>
#include <string>

#include <qwen3vl/cuda.cuh>

#include "../../benchmarks/support/device_ceilings.cuh"
#include "bench_run.hpp"

namespace program {
namespace {

struct CudaBench {
  using Backend = Cuda;
  Threads team;
  Cuda on;

  explicit CudaBench(int threads) : team(threads) {}

  Threads& threads() { return team; }
  std::string name() { return bench::device_name(on); }
  Room room() {
    std::size_t free = 0, total = 0;
    expect_cuda(cudaMemGetInfo(&free, &total), "--backend cuda");
    return {"device memory", free + on.arena().used(), Cuda::scratch_bytes + CublasLt::workspace_bytes, true};
  }
  template <class T> void fill(const RandomWeights& numbers, T* to, std::int64_t count) {
    bench::fill_random(on, numbers, to, count);
  }
  void reset_peak() {
    on.synchronize();
    on.arena().reset_peak();
  }
  std::optional<std::size_t> peak() { return on.arena().peak(); }

  template <class T> Ceilings ceilings() {
    const bench::DeviceCeilings found = bench::measure_device<T>(on);
    stop_if_interrupted();
    return {found.read, found.copy, found.matrix};
  }
};

}  // namespace

bool bench_on_cuda(const BenchOptions& options) {
  CudaBench machine(options.threads);
  return run_bench(machine, with_defaults(options, {1024, 4096, 16384}, {1024, 32768}, 4096));
}

}  // namespace program
