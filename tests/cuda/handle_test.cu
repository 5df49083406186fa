/// The handle: memory, copies, streams, errors.
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/cuda.cuh>

#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("Cuda hands out memory aligned to 256 bytes, counts it, and takes it back") {
  Cuda cuda;
  const std::size_t before = cuda.arena().used();
  std::vector<void*> pieces;
  for (const std::size_t bytes : {1, 255, 256, 1000000}) {
    pieces.push_back(cuda.allocate(bytes));
    CHECK(reinterpret_cast<std::uintptr_t>(pieces.back()) % 256 == 0);
  }
  CHECK(cuda.arena().used() >= before + 1000512);
  const std::size_t most = cuda.arena().peak();
  CHECK(most >= cuda.arena().used());
  for (void* piece : pieces) cuda.release(piece, 0);
  cuda.synchronize();
  CHECK(cuda.arena().used() == before);
  CHECK(cuda.arena().peak() == most);
  cuda.arena().reset_peak();
  CHECK(cuda.arena().peak() <= before);
}

TEST_CASE("Cuda refuses what no device has, with the amount, and works on") {
  Cuda cuda;
  for (const std::size_t bytes : {std::size_t{1} << 45, ~std::size_t{0}})
    CHECK_REFUSES(cuda.allocate(bytes), "no memory for " + std::to_string(bytes) + " bytes");
  void* const memory = cuda.allocate(1000);
  cuda.release(memory, 1000);
  cuda.synchronize();
}

TEST_CASE("Cuda refuses a device that is not there") {
  CHECK_REFUSES(Cuda({.device = 1000}), "there is no device 1000");
  CHECK_REFUSES(Cuda({.device = -1}), "there is no device -1");
}

TEST_CASE("copy_in and copy_out move bytes, few and many, aligned or not") {
  Cuda cuda;
  constexpr std::size_t half = Staging::half_bytes;
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{257}, half - 1, half, half + 1, 5 * half + 12345}) {
    std::vector<std::uint8_t> from(bytes + 1), to(bytes + 1, 7);
    for (std::size_t i = 0; i < bytes; ++i) from[i] = static_cast<std::uint8_t>(i * 2654435761u >> 13);
    Buffer<Cuda> memory(cuda, bytes + 2);
    cuda.copy_in(memory.data() + 1, from.data(), bytes);
    cuda.copy_out(to.data(), memory.data() + 1, bytes);
    CHECK(std::memcmp(from.data(), to.data(), bytes) == 0);
    CHECK(to[bytes] == 7);
  }
}

TEST_CASE("copy_in: the source may change when it returns, and what was brought stays in order") {
  Cuda cuda;
  Buffer<Cuda> memory(cuda, 3000 * sizeof(int));
  for (int i = 0; i < 3000; ++i) {
    int value = i;
    cuda.copy_in(memory.data() + i * sizeof(int), &value, sizeof value);
    value = -1;
  }
  std::vector<int> got(3000), expected(3000);
  cuda.copy_out(got.data(), memory.data(), memory.bytes());
  std::iota(expected.begin(), expected.end(), 0);
  CHECK(got == expected);
}

TEST_CASE("a user's own stream and memory: views over them work") {
  cudaStream_t mine = nullptr;
  REQUIRE(cudaStreamCreate(&mine) == cudaSuccess);
  {
    Cuda cuda({.stream = mine});
    CHECK(cuda.stream() == mine);
    float* memory = nullptr;
    REQUIRE(cudaMalloc(&memory, 6 * sizeof(float)) == cudaSuccess);
    const float numbers[] = {1, 2, 3, 4, 5, 6};
    REQUIRE(cudaMemcpy(memory, numbers, sizeof numbers, cudaMemcpyHostToDevice) == cudaSuccess);
    const View<float, 2, Device> x(memory, {2, 3});
    add(cuda, x, x);
    float got[6];
    REQUIRE(cudaStreamSynchronize(mine) == cudaSuccess);
    REQUIRE(cudaMemcpy(got, memory, sizeof got, cudaMemcpyDeviceToHost) == cudaSuccess);
    for (int i = 0; i < 6; ++i) CHECK(got[i] == 2 * numbers[i]);
    REQUIRE(cudaFree(memory) == cudaSuccess);
  }
  CHECK(cudaStreamDestroy(mine) == cudaSuccess);  // it is still the user's
}

TEST_CASE("a Workspace on the device is a stack of its memory") {
  Cuda cuda;
  Workspace<Cuda> workspace(cuda, 4096);
  const auto scope = workspace.scope();
  const auto a = workspace.take<float>({10, 10});
  const auto b = workspace.take<float>({10});
  CHECK(b.data - a.data == 128);  // 400 bytes, rounded up to 512
  CHECK_REFUSES(workspace.take<float>({1000}), "Workspace: needs");
}

template <class T> __global__ void do_nothing(T) {}

TEST_CASE("an error of a launch has the op's name") {
  Cuda cuda;
  CHECK_REFUSES(cuda.launch("my_op", do_nothing<int>, 1, 2048, 0, 1), "my_op: ");
  CHECK_REFUSES(cuda.launch("my_op", do_nothing<int>, 1, 32, std::size_t{1} << 20, 1),
                "my_op: needs 1048576 bytes of shared memory");
  cuda.launch("my_op", do_nothing<int>, dim3(0), 32, 0, 1);  // no work, no error
  cuda.launch("my_op", do_nothing<int>, 1, 32, 0, 1);
  cuda.synchronize();
}

TEST_CASE("a checked handle poisons fresh memory") {
  Cuda cuda({.checked = true});
  Buffer<Cuda> memory(cuda, 64);
  std::vector<std::uint8_t> got(64);
  cuda.copy_out(got.data(), memory.data(), 64);
  CHECK(got == std::vector<std::uint8_t>(64, 0xff));
}
