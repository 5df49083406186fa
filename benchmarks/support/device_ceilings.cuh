#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <qwen3vl/core/buffer.hpp>
#include <qwen3vl/cuda/linear.cuh>

#include "device_random.cuh"

/// What this GPU gives, measured: its memory's bandwidth, and the rate of cuBLASLt's products.
namespace qwen3vl::bench {

/// Two marks in a stream, and the time between them.
class StreamTimer {
 public:
  explicit StreamTimer(Cuda& cuda) : cuda_(cuda) {
    for (cudaEvent_t& event : events_) expect_cuda(cudaEventCreate(&event), "StreamTimer");
  }
  StreamTimer(const StreamTimer&) = delete;
  StreamTimer& operator=(const StreamTimer&) = delete;
  ~StreamTimer() {
    for (cudaEvent_t event : events_) (void)cudaEventDestroy(event);
  }

  /// Seconds that the device takes for what `work` puts into the stream.
  template <class Work> double seconds(Work work) {
    expect_cuda(cudaEventRecord(events_[0], cuda_.stream()), "StreamTimer");
    work();
    expect_cuda(cudaEventRecord(events_[1], cuda_.stream()), "StreamTimer");
    expect_cuda(cudaEventSynchronize(events_[1]), "StreamTimer");
    float milliseconds = 0;
    expect_cuda(cudaEventElapsedTime(&milliseconds, events_[0], events_[1]), "StreamTimer");
    return double(milliseconds) / 1e3;
  }
  /// The median of `samples`, after half as many to warm up.
  template <class Work> double median(int samples, Work work) {
    std::vector<double> taken;
    for (int i = -samples / 2; i < samples; ++i) {
      const double one = seconds(work);
      if (i >= 0) taken.push_back(one);
    }
    std::nth_element(taken.begin(), taken.begin() + samples / 2, taken.end());
    return taken[static_cast<std::size_t>(samples / 2)];
  }

 private:
  Cuda& cuda_;
  cudaEvent_t events_[2] = {};
};

/// Reads it all, four loads of sixteen bytes in flight a thread; `seen` is written where the sum is one number in
/// 2³², so that no load can be left out.
template <class Quad> __global__ void read_all_kernel(const Quad* from, std::int64_t count, unsigned* seen) {
  const std::int64_t step = std::int64_t(gridDim.x) * blockDim.x;
  unsigned sum = 0;
  std::int64_t i = std::int64_t(blockIdx.x) * blockDim.x + threadIdx.x;
  for (; i + 3 * step < count; i += 4 * step) {
    Quad piece[4];
#pragma unroll
    for (int u = 0; u < 4; ++u) piece[u] = from[i + u * step];
#pragma unroll
    for (int u = 0; u < 4; ++u) sum ^= piece[u].x ^ piece[u].y ^ piece[u].z ^ piece[u].w;
  }
  for (; i < count; i += step) sum ^= from[i].x ^ from[i].y ^ from[i].z ^ from[i].w;
  if (sum == 0x9e3779b9u) *seen = sum;
}

struct DeviceCeilings {
  double read = 0, copy = 0, matrix = 0;  // bytes a second, both ways for a copy; operations a second
};

/// Bandwidths over two pieces of 1 GiB, less where the device has little; the product is 8192³ in T. All numbers
/// are random: a GPU multiplies zeros faster.
template <class T> DeviceCeilings measure_device(Cuda& cuda) {
  std::size_t free = 0, total = 0;
  expect_cuda(cudaMemGetInfo(&free, &total), "measure_device");
  const std::size_t bytes = std::min(std::size_t{1} << 30, free / 8 / 256 * 256);
  StreamTimer timer(cuda);
  DeviceCeilings found;
  {
    const Buffer<Cuda> from(cuda, bytes), to(cuda, bytes);
    const auto floats = static_cast<std::int64_t>(bytes / sizeof(float));
    fill_random(cuda, program::RandomWeights(3, "from.weight", Shape{floats}),
                reinterpret_cast<float*>(from.data()), floats);
    found.copy = 2.0 * double(bytes) / timer.median(11, [&] {
      expect_cuda(cudaMemcpyAsync(to.data(), from.data(), bytes, cudaMemcpyDeviceToDevice, cuda.stream()),
                  "measure_device");
    });
    found.read = double(bytes) / timer.median(11, [&] {
      cuda.launch("read_all", read_all_kernel<uint4>, unsigned(16 * cuda.multiprocessors()), 256, 0,
                  reinterpret_cast<const uint4*>(from.data()),
                  static_cast<std::int64_t>(bytes / sizeof(uint4)), reinterpret_cast<unsigned*>(to.data()));
    });
  }
  std::int64_t n = 8192;
  while (n > 256 && std::size_t(3 * n * n) * sizeof(T) > free / 2) n /= 2;
  const Buffer<Cuda> memory(cuda, std::size_t(3 * n * n) * sizeof(T));
  const View<T, 2, Device> x(reinterpret_cast<T*>(memory.data()), {n, n}), weight(x.data + n * n, {n, n}),
      out(x.data + 2 * n * n, {n, n});
  fill_random(cuda, program::RandomWeights(3, "x.weight", Shape{n * n}), x.data, n * n);
  fill_random(cuda, program::RandomWeights(3, "weight.weight", Shape{n, n}), weight.data, n * n);
  found.matrix = 2.0 * double(n) * double(n) * double(n) /
                 timer.median(sizeof(T) == 4 ? 5 : 21, [&] { linear(cuda, x, weight, {}, out); });
  return found;
}

/// "NVIDIA H100 80GB HBM3, 132 multiprocessors, driver for CUDA 13.0"
inline std::string device_name(const Cuda& cuda) {
  cudaDeviceProp properties{};
  expect_cuda(cudaGetDeviceProperties(&properties, cuda.device()), "device_name");
  int driver = 0;
  expect_cuda(cudaDriverGetVersion(&driver), "device_name");
  return std::string(properties.name) + ", " + std::to_string(properties.multiProcessorCount) +
         " multiprocessors, driver for CUDA " + std::to_string(driver / 1000) + "." +
         std::to_string(driver % 1000 / 10);
}

}  // namespace qwen3vl::bench
