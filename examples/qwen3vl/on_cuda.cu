#include "on_cuda.hpp"

#include "any_model_on_cuda.cuh"
#include "chat_talk.hpp"
#include "trace_run.hpp"

namespace program {
namespace {

std::size_t free_bytes() {
  std::size_t free = 0, total = 0;
  expect_cuda(cudaMemGetInfo(&free, &total), "--backend cuda");
  return free;
}

/// Weights, cache and activations are in the device's memory, media and words in the host's.
struct CudaMachine {
  using Backend = Cuda;
  template <class T> using Model = AnyModel<Cuda, T>;
  Threads team;
  Cuda on;

  explicit CudaMachine(int threads) : team(threads) {}
  Threads& threads() { return team; }
  std::size_t scratch_bytes() { return 2 * Staging::half_bytes; }
  void expect_to_fit(const MemoryPlan& plan, std::int64_t context) {
    program::expect_to_fit(host_part(plan), context);
    const std::size_t needed = device_bytes(plan) + Cuda::scratch_bytes + CublasLt::workspace_bytes;
    expect_device_to_fit(plan, needed, free_bytes() + on.arena().used(), context);
  }
};

}  // namespace

void chat_on_cuda(const ChatOptions& options) {
  CudaMachine machine(options.threads);
  run_chat(machine, options);
}

void trace_on_cuda(const TraceOptions& options) {
  CudaMachine machine(options.threads);
  run_trace<CudaMachine>(machine.on, machine.team, options);
}

std::size_t free_device_memory() {
  const Cuda cuda;  // what the handle takes is gone already
  return free_bytes();
}

}  // namespace program
