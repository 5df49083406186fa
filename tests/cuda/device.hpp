#pragma once

#include <string>

/// What main.cpp asks of the device; answered in device.cu, so that a compiler without CUDA will do.
namespace qwen3vl::test {

/// "NVIDIA H100 80GB HBM3, 132 multiprocessors"; "" where there is none.
std::string device_name();

/// Does the handle throw an Error with a hint where there is no device?
bool says_that_there_is_no_device();

}  // namespace qwen3vl::test
