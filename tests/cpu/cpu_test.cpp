#include <cstdint>
#include <limits>

#include <doctest/doctest.h>

#include <qwen3vl/cpu.hpp>

#include "../support/close.hpp"

using namespace qwen3vl;

static_assert(Backend<Cpu>);

TEST_CASE("Cpu hands out memory aligned to 256 bytes, even none of it") {
  Cpu cpu(1);
  for (const std::size_t bytes : {0, 1, 255, 256, 1000000}) {
    void* memory = cpu.allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(memory) % 256 == 0);
    cpu.release(memory, bytes);
  }
}

TEST_CASE("Cpu refuses what no machine has, with the amount") {
  Cpu cpu(1);
  CHECK_REFUSES(cpu.allocate(std::numeric_limits<std::size_t>::max()), "18446744073709551615 bytes");
  CHECK_REFUSES(cpu.allocate(std::size_t{1} << 60), "no memory for 1152921504606846976 bytes");
  CHECK_REFUSES(Cpu(0), "0 threads");
  CHECK_REFUSES(Cpu(-3), "-3 threads");
  CHECK_REFUSES(Cpu(100000), "ask for 1 to");
}

TEST_CASE("every thread has scratch of its own") {
  Cpu cpu(3);
  CHECK(cpu.threads().count() == 3);
  for (int thread = 0; thread < 3; ++thread) {
    CHECK(cpu.scratch(thread) - cpu.scratch(0) == thread * Cpu::scratch_floats);
    CHECK(reinterpret_cast<std::uintptr_t>(cpu.scratch(thread)) % 256 == 0);
    cpu.scratch(thread)[Cpu::scratch_floats - 1] = 1;
  }
}

TEST_CASE("copy_in and copy_out move bytes") {
  Cpu cpu(1);
  const float from[3] = {1, 2, 3};
  float to[3] = {};
  void* memory = cpu.allocate(sizeof from);
  cpu.copy_in(memory, from, sizeof from);
  cpu.copy_out(to, memory, sizeof to);
  cpu.release(memory, sizeof from);
  CHECK(to[2] == 3);
}
