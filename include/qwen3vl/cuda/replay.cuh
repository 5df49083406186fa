#pragma once

#include <cstdint>
#include <map>

#include <qwen3vl/core/replay.hpp>
#include <qwen3vl/cuda/cuda.cuh>

namespace qwen3vl {

/// CUDA graphs: a pass of some hundred launches becomes one. The first pass of a key is made as it is, so that
/// products have chosen how they are computed; the second is recorded; from then on the record is played.
///
/// A checked handle waits after every op, which no record allows, and the legacy default stream allows none: there,
/// every pass is made as it is.
template <> class Replay<Cuda> {
 public:
  Replay() = default;
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;
  ~Replay() {
    for (auto& [key, record] : records_)
      if (record.graph) (void)cudaGraphExecDestroy(record.graph);
  }

  template <class Pass> void operator()(Cuda& cuda, std::int64_t key, Pass pass) {
    if (cuda.checked() || cuda.stream() == nullptr || cuda.stream() == cudaStreamLegacy) return pass();
    Record& record = records_[key];
    if (record.passes++ == 0) return pass();
    if (!record.graph) record.graph = recorded(cuda, pass);
    expect_cuda(cudaGraphLaunch(record.graph, cuda.stream()), "Replay");
  }

 private:
  struct Record {
    std::int64_t passes = 0;
    cudaGraphExec_t graph = nullptr;
  };

  template <class Pass> static cudaGraphExec_t recorded(Cuda& cuda, Pass& pass) {
    cudaGraph_t graph = nullptr;
    expect_cuda(cudaStreamBeginCapture(cuda.stream(), cudaStreamCaptureModeThreadLocal), "Replay");
    try {
      pass();
    } catch (...) {  // the stream must not stay in that state
      (void)cudaStreamEndCapture(cuda.stream(), &graph);
      if (graph) (void)cudaGraphDestroy(graph);
      throw;
    }
    expect_cuda(cudaStreamEndCapture(cuda.stream(), &graph), "Replay", "a pass must not wait for the device");
    cudaGraphExec_t executable = nullptr;
    const cudaError_t status = cudaGraphInstantiate(&executable, graph, 0);
    (void)cudaGraphDestroy(graph);
    expect_cuda(status, "Replay");
    return executable;
  }

  std::map<std::int64_t, Record> records_;
};

}  // namespace qwen3vl
