#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/cuda/arena.cuh>
#include <qwen3vl/cuda/check.cuh>
#include <qwen3vl/cuda/cublas.cuh>
#include <qwen3vl/cuda/early.cuh>
#include <qwen3vl/cuda/staging.cuh>

namespace qwen3vl {

struct CudaOptions {
  int device = 0;
  std::optional<cudaStream_t> stream = std::nullopt;  // the user's own; without it the handle makes one
  bool checked = false;  // wait after every op, so that an error has its op's name; poison fresh memory
};

/// For what the runtime tells of the code that it chose.
template <int> __global__ void nothing_kernel() {}

/// An NVIDIA GPU as a backend: a device, a stream on it, and all memory from one arena.
///
///   Cuda cuda;                            // the first GPU
///   Cuda cuda({.stream = mine});          // work goes to a stream of the caller's
///   Cuda cuda({.checked = true});         // slow; stops at the op that fails
///
/// Ops return when their kernels are in the stream; copy_out() and synchronize() wait. The constructor makes
/// the device the calling thread's current one. A thread that works with several devices calls use().
/// A view over device memory of the caller's own is as good as one from allocate().
class Cuda {
 public:
  using Space = Device;
  using Kernels = Cuda;

  /// What kernels may use between two launches: attention's partial results.
  static constexpr std::size_t scratch_bytes = std::size_t{32} << 20;
  /// Integers by which the blocks of a launch count who is done. They are zero between launches.
  static constexpr std::int64_t counters = 16384;

  explicit Cuda(const CudaOptions& options = {})
      : device_(checked_device(options.device)), checked_(options.checked) {
    use();
    if (options.stream) {
      stream_ = *options.stream;
    } else {
      expect_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "Cuda");
      own_stream_.reset(stream_);
    }
    expect_cuda(cudaDeviceGetAttribute(&multiprocessors_, cudaDevAttrMultiProcessorCount, device_), "Cuda");
    expect_cuda(cudaDeviceGetAttribute(&most_shared_, cudaDevAttrMaxSharedMemoryPerBlockOptin, device_),
                "Cuda");
    overlaps_ = !checked_ && kernels_wait(device_);
    arena_ = std::make_unique<DeviceArena>(device_, stream_);
    staging_ = std::make_unique<Staging>();
    cublas_ = std::make_unique<CublasLt>();
    constexpr std::size_t counter_bytes = counters * sizeof(int);
    scratch_ =
        static_cast<std::byte*>(arena_->allocate(scratch_bytes + CublasLt::workspace_bytes + counter_bytes));
    expect_cuda(cudaMemsetAsync(done_counters(), 0, counter_bytes, stream_), "Cuda");
  }
  Cuda(const Cuda&) = delete;
  Cuda& operator=(const Cuda&) = delete;
  ~Cuda() {
    arena_->release(scratch_);
    (void)cudaStreamSynchronize(stream_);
  }

  /// Is there a device at all, and a driver?
  static bool available() {
    int count = 0;
    const bool answered = cudaGetDeviceCount(&count) == cudaSuccess;
    if (!answered) (void)cudaGetLastError();
    return answered && count > 0;
  }

  void* allocate(std::size_t bytes) {
    void* const memory = arena_->allocate(bytes);
    if (checked_) expect_cuda(cudaMemsetAsync(memory, 0xff, bytes, stream_), "Cuda");  // NaN in every type
    return memory;
  }
  void release(void* memory, std::size_t) { arena_->release(memory); }
  void copy_in(void* to, const void* from, std::size_t bytes) { staging_->copy_in(to, from, bytes, stream_); }
  void copy_out(void* to, const void* from, std::size_t bytes) {
    staging_->copy_out(to, from, bytes, stream_);
  }
  void synchronize() {
    expect_cuda(cudaStreamSynchronize(stream_), "Cuda",
                "rerun with Cuda({.checked = true}) to stop at the op that failed");
  }

  /// Makes the device the calling thread's current one.
  void use() const { expect_cuda(cudaSetDevice(device_), "Cuda"); }

  int device() const { return device_; }
  cudaStream_t stream() const { return stream_; }
  bool checked() const { return checked_; }
  int multiprocessors() const { return multiprocessors_; }
  DeviceArena& arena() { return *arena_; }
  CublasLt& cublas() { return *cublas_; }
  /// [scratch_bytes], for a kernel and the one that follows it.
  std::byte* scratch() { return scratch_; }
  std::byte* cublas_workspace() { return scratch_ + scratch_bytes; }
  /// [counters] zeros; who counts with them leaves zeros.
  int* done_counters() {
    return reinterpret_cast<int*>(scratch_ + scratch_bytes + CublasLt::workspace_bytes);
  }

  /// Puts a kernel into the stream. An empty grid is no work and no error.
  template <class... Parameters, class... Arguments>
  void launch(const char* op, void (*kernel)(Parameters...), dim3 blocks, int threads,
              std::size_t shared_bytes, const Arguments&... arguments) {
    put(op, kernel, blocks, threads, shared_bytes, false, arguments...);
  }
  /// Likewise, a kernel that calls after_earlier() (cuda/early.cuh) before anything else: it may be on the
  /// device already while the one in front of it ends.
  template <class... Parameters, class... Arguments>
  void launch_early(const char* op, void (*kernel)(Parameters...), dim3 blocks, int threads,
                    std::size_t shared_bytes, const Arguments&... arguments) {
    put(op, kernel, blocks, threads, shared_bytes, overlaps_, arguments...);
  }

  /// Throws what went wrong by now; when checked, after waiting for it.
  void check(const char* op) {
    expect_cuda(cudaGetLastError(), op, "rerun with Cuda({.checked = true}): it may be an earlier op's");
    if (checked_) expect_cuda(cudaStreamSynchronize(stream_), op);
  }

 private:
  template <class... Parameters, class... Arguments>
  void put(const char* op, void (*kernel)(Parameters...), dim3 blocks, int threads, std::size_t shared_bytes,
           bool early, const Arguments&... arguments) {
    if (blocks.x == 0 || blocks.y == 0 || blocks.z == 0) return;
    if (shared_bytes > 48 * 1024) {  // above that a kernel has to ask
      if (shared_bytes > static_cast<std::size_t>(most_shared_))
        throw Error(op, "needs " + std::to_string(shared_bytes) + " bytes of shared memory, the device has " +
                            std::to_string(most_shared_));
      expect_cuda(
          cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shared_bytes)),
          op);
    }
    cudaLaunchAttribute attribute{};
    attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    attribute.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = blocks, config.blockDim = dim3(static_cast<unsigned>(threads));
    config.dynamicSmemBytes = shared_bytes, config.stream = stream_;
    config.attrs = &attribute, config.numAttrs = early ? 1 : 0;
    (void)cudaLaunchKernelEx(&config, kernel, Parameters(arguments)...);
    check(op);
  }

  /// Do kernels wait in after_earlier()? Not those of a program that was compiled for older devices.
  static bool kernels_wait(int device) {
    int major = 0;
    expect_cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "Cuda");
    cudaFuncAttributes code{};
    expect_cuda(cudaFuncGetAttributes(&code, reinterpret_cast<const void*>(&nothing_kernel<0>)), "Cuda");
    return major >= 9 && code.ptxVersion >= 90;
  }

  static int checked_device(int device) {
    int count = 0, major = 0;
    expect_cuda(cudaGetDeviceCount(&count), "Cuda", "a GPU and its driver; the CPU backend needs neither");
    if (device < 0 || device >= count)
      throw Error("Cuda", "there is no device " + std::to_string(device),
                  std::to_string(count) + " are there, counted from 0");
    expect_cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "Cuda");
    if (major < 8)
      throw Error("Cuda", "device " + std::to_string(device) + " is older than Ampere",
                  "compute capability 8.0 or above: the tensor cores must know bf16");
    return device;
  }

  struct DestroyStream {
    using pointer = cudaStream_t;
    void operator()(cudaStream_t stream) const { (void)cudaStreamDestroy(stream); }
  };

  int device_, multiprocessors_ = 0, most_shared_ = 0;
  bool checked_, overlaps_ = false;
  cudaStream_t stream_ = nullptr;
  std::unique_ptr<cudaStream_t, DestroyStream> own_stream_;
  std::unique_ptr<DeviceArena> arena_;
  std::unique_ptr<Staging> staging_;
  std::unique_ptr<CublasLt> cublas_;
  std::byte* scratch_ = nullptr;
};
static_assert(Backend<Cuda>);

}  // namespace qwen3vl
