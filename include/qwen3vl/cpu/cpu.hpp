#pragma once

#include <cstdlib>
#include <cstring>
#include <string>

#include <qwen3vl/core/backend.hpp>
#include <qwen3vl/core/error.hpp>
#include <qwen3vl/core/threads.hpp>
#include <qwen3vl/core/view.hpp>

namespace qwen3vl {

struct Bf16Tiles;  // cpu/bf16_tiles.hpp

/// The CPU as a backend: a team of threads and a little scratch for each, reserved once.
///
///   Cpu cpu;       // as many threads as the machine has
///   Cpu cpu{4};
///
/// `Matmul` is the policy of matrix products. To use another, derive and name it; no layer and no
/// kernel changes:
///
///   struct MyCpu : Cpu { using Cpu::Cpu; using Matmul = MyTiles; };
class Cpu {
 public:
  using Space = Host;
  using Kernels = Cpu;
  using Matmul = Bf16Tiles;

  /// For one thread, in floats: 1 MiB holds every tile of the kernels.
  static constexpr std::int64_t scratch_floats = 256 * 1024;

  explicit Cpu(int threads = Threads::default_count())
      : threads_(threads), scratch_(static_cast<float*>(allocate(scratch_bytes(threads)))) {}
  Cpu(const Cpu&) = delete;
  Cpu& operator=(const Cpu&) = delete;
  ~Cpu() { release(scratch_, 0); }

  void* allocate(std::size_t bytes) {
    const std::size_t rounded = (bytes + 255) / 256 * 256;
    void* memory = rounded >= bytes ? std::aligned_alloc(256, rounded) : nullptr;
    if (!memory)
      throw Error("Cpu", "no memory for " + std::to_string(bytes) + " bytes",
                  "a smaller model, image or context; `qwen3vl plan` tells what each needs");
    return memory;
  }
  void release(void* memory, std::size_t) { std::free(memory); }
  void copy_in(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
  void copy_out(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
  void synchronize() {}

  Threads& threads() { return threads_; }
  /// Scratch of one thread, 0 ≤ thread < threads().count(); [scratch_floats], 256-byte aligned.
  float* scratch(int thread) { return scratch_ + thread * scratch_floats; }

  static constexpr std::size_t scratch_bytes(int threads) {
    return static_cast<std::size_t>(threads) * scratch_floats * sizeof(float);
  }

  template <class F> void parallel_for(std::int64_t n, F&& f) { threads_.for_each(n, f); }
  template <class F> void parallel_ranges(std::int64_t n, std::int64_t grain, F&& f) {
    threads_.for_ranges(n, grain, f);
  }

 private:
  Threads threads_;
  float* scratch_;
};

}  // namespace qwen3vl
