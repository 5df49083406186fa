/// trace on a GPU, and how much memory it has.
#include "any_model_on_cuda.cuh"
#include "on_cuda.hpp"
#include "trace_run.hpp"

namespace program {
namespace {

using namespace qwen3vl;

struct Family {
  template <class T> using Model = AnyModel<Cuda, T>;
};

}  // namespace

void trace_on_cuda(const TraceOptions& options) {
  Threads team(options.threads);
  Cuda cuda;
  run_trace<Family>(cuda, team, options);
}

std::size_t free_device_memory() {
  const Cuda cuda;  // what the handle takes is gone already
  std::size_t free = 0, total = 0;
  expect_cuda(cudaMemGetInfo(&free, &total), "--backend cuda");
  return free;
}

}  // namespace program
