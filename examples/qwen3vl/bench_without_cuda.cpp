#include <qwen3vl/core/error.hpp>

#include "bench_options.hpp"

namespace program {

bool bench_on_cuda(const BenchOptions&) {
  throw qwen3vl::Error("--backend cuda", "this program was built without CUDA",
                       "build it where there is an nvcc (preset cuda), or use --backend cpu");
}

}  // namespace program
