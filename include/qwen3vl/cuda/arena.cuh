#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include <qwen3vl/cuda/check.cuh>

namespace qwen3vl {

/// All device memory of a handle comes from here: one pool of the driver's, in the order of one stream, so
/// that taking and giving back wait for nothing. What was given back stays in the pool for the next taker.
/// Pieces are aligned to 256 bytes at least.
class DeviceArena {
 public:
  DeviceArena(int device, cudaStream_t stream) : stream_(stream) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = device;
    expect_cuda(cudaMemPoolCreate(&pool_, &properties), "Cuda", "a driver with memory pools");
    std::uint64_t keep = std::numeric_limits<std::uint64_t>::max();
    expect_cuda(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &keep), "Cuda");
  }
  DeviceArena(const DeviceArena&) = delete;
  DeviceArena& operator=(const DeviceArena&) = delete;
  ~DeviceArena() { (void)cudaMemPoolDestroy(pool_); }

  void* allocate(std::size_t bytes) {
    void* memory = take(bytes);
    if (!memory) {  // pieces that were given back may be in the way: let them go, then once more
      (void)cudaStreamSynchronize(stream_);
      (void)cudaMemPoolTrimTo(pool_, 0);
      memory = take(bytes);
    }
    if (memory) return memory;
    std::size_t free = 0, total = 0;
    (void)cudaMemGetInfo(&free, &total);
    throw Error("Cuda",
                "no memory for " + std::to_string(bytes) + " bytes: " + std::to_string(free) +
                    " of the device's " + std::to_string(total) + " are free, " + std::to_string(used()) +
                    " are ours",
                "a smaller model, image, context or chunk; `qwen3vl plan` tells what each needs");
  }
  void release(void* memory) { (void)cudaFreeAsync(memory, stream_); }

  std::size_t used() const { return attribute(cudaMemPoolAttrUsedMemCurrent); }  // bytes
  std::size_t peak() const { return attribute(cudaMemPoolAttrUsedMemHigh); }     // since reset_peak()
  void reset_peak() {
    std::uint64_t zero = 0;
    (void)cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrUsedMemHigh, &zero);
  }

 private:
  void* take(std::size_t bytes) {
    void* memory = nullptr;
    if (bytes > std::size_t{1} << 48) return nullptr;  // no device has that
    if (cudaMallocFromPoolAsync(&memory, std::max<std::size_t>(bytes, 1), pool_, stream_) == cudaSuccess)
      return memory;
    (void)cudaGetLastError();
    return nullptr;
  }
  std::size_t attribute(cudaMemPoolAttr which) const {
    std::uint64_t value = 0;
    (void)cudaMemPoolGetAttribute(pool_, which, &value);
    return static_cast<std::size_t>(value);
  }

  cudaStream_t stream_;
  cudaMemPool_t pool_ = nullptr;
};

}  // namespace qwen3vl
