#pragma once

#include <cstddef>

#include "chat_options.hpp"
#include "trace_options.hpp"

/// What the program does on a GPU. A build with nvcc has it in chat_on_cuda.cu and trace_on_cuda.cu; another one
/// has without_cuda.cpp, which throws and says so.
namespace program {

void chat_on_cuda(const ChatOptions& options);
void trace_on_cuda(const TraceOptions& options);

/// Bytes of the GPU's memory that are free.
std::size_t free_device_memory();

}  // namespace program
