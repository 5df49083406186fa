#include "device.hpp"

#include <qwen3vl/cuda/cuda.cuh>

namespace qwen3vl::test {

std::string device_name() {
  if (!Cuda::available()) return "";
  cudaDeviceProp properties{};
  expect_cuda(cudaGetDeviceProperties(&properties, 0), "device");
  return std::string(properties.name) + ", " + std::to_string(properties.multiProcessorCount) +
         " multiprocessors";
}

bool says_that_there_is_no_device() {
  try {
    Cuda cuda;
  } catch (const Error& error) {
    return std::string(error.what()).find("the CPU backend needs neither") != std::string::npos;
  }
  return false;
}

}  // namespace qwen3vl::test
