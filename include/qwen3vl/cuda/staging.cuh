#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <qwen3vl/cuda/check.cuh>

namespace qwen3vl {

/// The way between the host and the device: pinned memory in two halves. While the device fetches one, the
/// host fills the other; a host that brings little never waits.
///
///   copy_in    returns when `from` was read; the bytes are there for what the stream does next
///   copy_out   returns when the bytes are there, and with them all that the stream did before
class Staging {
 public:
  static constexpr std::size_t half_bytes = std::size_t{16} << 20;

  Staging() {
    void* memory = nullptr;
    expect_cuda(cudaMallocHost(&memory, 2 * half_bytes), "Cuda", "32 MiB of pinned host memory");
    memory_ = static_cast<std::byte*>(memory);
    for (cudaEvent_t& event : fetched_)
      expect_cuda(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "Cuda");
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    for (cudaEvent_t event : fetched_) (void)cudaEventDestroy(event);
    (void)cudaFreeHost(memory_);
  }

  void copy_in(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    in_pieces(bytes, stream, [&](std::byte* piece, std::size_t begin, std::size_t count) {
      std::memcpy(piece, static_cast<const std::byte*>(from) + begin, count);
      expect_cuda(
          cudaMemcpyAsync(static_cast<std::byte*>(to) + begin, piece, count, cudaMemcpyHostToDevice, stream),
          "Cuda: copy to the device");
    });
  }

  void copy_out(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
    in_pieces(bytes, stream, [&](std::byte* piece, std::size_t begin, std::size_t count) {
      expect_cuda(cudaMemcpyAsync(piece, static_cast<const std::byte*>(from) + begin, count,
                                  cudaMemcpyDeviceToHost, stream),
                  "Cuda: copy to the host");
      expect_cuda(cudaStreamSynchronize(stream), "Cuda: copy to the host",
                  "rerun with Cuda({.checked = true}) to stop at the op that failed");
      std::memcpy(static_cast<std::byte*>(to) + begin, piece, count);
    });
  }

 private:
  /// f(pinned memory, first byte, number of bytes) for the pieces of a copy, in order.
  template <class F> void in_pieces(std::size_t bytes, cudaStream_t stream, F f) {
    for (std::size_t begin = 0; begin < bytes;) {
      if (used_ == half_bytes) {
        expect_cuda(cudaEventRecord(fetched_[half_], stream), "Cuda");
        half_ ^= 1, used_ = 0;
        expect_cuda(cudaEventSynchronize(fetched_[half_]), "Cuda");  // at once where nothing was recorded
      }
      const std::size_t count = std::min(bytes - begin, half_bytes - used_);
      f(memory_ + half_ * half_bytes + used_, begin, count);
      begin += count;
      used_ = std::min(half_bytes, (used_ + count + 255) / 256 * 256);
    }
  }

  std::byte* memory_ = nullptr;
  cudaEvent_t fetched_[2] = {};
  int half_ = 0;
  std::size_t used_ = 0;
};

}  // namespace qwen3vl
