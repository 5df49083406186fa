#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <emulate.hpp>
#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/dtype.hpp>
#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/expect.hpp>
#include <qwen3vl/core/view.hpp>
#include <qwen3vl/cuda/early.cuh>

/// include/qwen3vl/cuda/cuda.cuh, as far as kernels and their tests need it. There is no cuBLASLt: it knows no way
/// for any product.
namespace qwen3vl {

using cudaStream_t = void*;
template <class T> inline constexpr int cublas_type = 0;
struct Product {
  int type;
  std::int64_t tokens, inputs, outputs, x_stride, weight_stride, out_stride;
  std::uint32_t x_alignment, weight_alignment, out_alignment;
  bool biased, adds;
};
struct CublasLt {
  template <class... A> bool multiply(const A&...) { return false; }
};

struct CudaOptions {
  int device = 0;
  std::optional<cudaStream_t> stream = std::nullopt;
  bool checked = false;
};
class Cuda {
 public:
  using Space = Device;
  using Kernels = Cuda;
  static constexpr std::size_t scratch_bytes = std::size_t{32} << 20;
  static constexpr std::int64_t counters = 16384;

  explicit Cuda(const CudaOptions& options = {})
      : checked_(options.checked), scratch_(scratch_bytes, std::byte{0xff}), counts_(counters) {}
  Cuda(const Cuda&) = delete;

  void* allocate(std::size_t bytes) {
    void* const memory = std::aligned_alloc(256, bytes / 256 * 256 + 256);
    return std::memset(memory, 0xff, bytes);
  }
  void release(void* memory, std::size_t) { std::free(memory); }
  void copy_in(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
  void copy_out(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
  void synchronize() {}
  void check(const char*) {}

  bool checked() const { return checked_; }
  int multiprocessors() const { return 132; }
  cudaStream_t stream() const { return nullptr; }
  CublasLt& cublas() { return cublas_; }
  std::byte* cublas_workspace() { return nullptr; }
  std::byte* scratch() { return scratch_.data(); }
  int* done_counters() {
    for (const int count : counts_)
      if (count != 0) emulated::fail("who counted did not leave zeros");
    return counts_.data();
  }

  template <class... Parameters, class... Arguments>
  void launch(const char* op, void (*kernel)(Parameters...), dim3 blocks, int threads,
              std::size_t shared_bytes, const Arguments&... arguments) {
    if (shared_bytes > emulated::shared_bytes || threads > int(emulated::most_threads))
      throw Error(op, "more threads or shared memory than a block has");
    emulated::launch(blocks, unsigned(threads), [=] { kernel(Parameters(arguments)...); });
  }
  template <class... A> void launch_early(const A&... arguments) { launch(arguments...); }

 private:
  bool checked_;
  std::vector<std::byte> scratch_;
  std::vector<int> counts_;
  CublasLt cublas_;
};
static_assert(Backend<Cuda>);

}  // namespace qwen3vl
