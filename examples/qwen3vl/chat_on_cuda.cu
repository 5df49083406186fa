/// chat on a GPU.
#include "any_model_on_cuda.cuh"
#include "chat_talk.hpp"
#include "on_cuda.hpp"

namespace program {
namespace {

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
    std::size_t free = 0, total = 0;
    expect_cuda(cudaMemGetInfo(&free, &total), "--backend cuda");
    expect_device_to_fit(plan, needed, free + on.arena().used(), context);
  }
};

}  // namespace

void chat_on_cuda(const ChatOptions& options) {
  CudaMachine machine(options.threads);
  run_chat(machine, options);
}

}  // namespace program
