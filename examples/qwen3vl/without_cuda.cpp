#include <qwen3vl/core/error.hpp>

#include "on_cuda.hpp"

namespace program {
namespace {

[[noreturn]] void refuse() {
  throw qwen3vl::Error("--backend cuda", "this program was built without CUDA",
                       "build it where there is an nvcc (preset cuda), or use --backend cpu");
}

}  // namespace

void chat_on_cuda(const ChatOptions&) { refuse(); }
void trace_on_cuda(const TraceOptions&) { refuse(); }
std::size_t free_device_memory() { refuse(); }

}  // namespace program
