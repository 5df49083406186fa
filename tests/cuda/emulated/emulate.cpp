#include "emulate.hpp"

#include <cstdio>

/// emulated_switch(where to keep this stack's pointer, the other's): registers that a call keeps go to the stack.
asm(R"(
.globl emulated_switch
emulated_switch:
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  mov %rsp, (%rdi)
  mov %rsi, %rsp
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  ret
)");
extern "C" void emulated_switch(void** from, void* to);

namespace emulated {
namespace {

void to_scheduler() { emulated_switch(&block().now->stack_pointer, block().scheduler); }

/// Where a fiber begins; it never returns.
void fiber_main() {
  Block& b = block();
  b.body();
  b.now->done = true;
  if (--b.alive && b.gate.arrived >= b.alive) b.gate.arrived = 0, ++b.gate.generation;
  for (;;) to_scheduler();
}

void prepare(Fiber& fiber, unsigned id) {
  fiber.stack.resize(stack_bytes);
  fiber.id = id, fiber.done = false, fiber.waits_at = nullptr;
  fiber.begun.clear(), fiber.groups.clear();
  const auto top = reinterpret_cast<std::uintptr_t>(fiber.stack.data() + stack_bytes) / 16 * 16;
  void** place = reinterpret_cast<void**>(top);
  *--place = nullptr;  // fiber_main's caller: there is none
  *--place = reinterpret_cast<void*>(&fiber_main);
  for (int kept = 0; kept < 6; ++kept) *--place = nullptr;
  fiber.stack_pointer = place;
}

std::uint64_t draw() {
  std::uint64_t& x = block().random;
  x ^= x << 13, x ^= x >> 7, x ^= x << 17;
  return x;
}

void run(unsigned threads) {
  Block& b = block();
  b.threads = b.alive = threads;
  b.gate = {};
  for (Gate& gate : b.warp_gates) gate = {};
  std::memset(b.shared, 0xff, sizeof b.shared);
  for (unsigned t = 0; t < threads; ++t) prepare(b.fibers[t], t);
  const unsigned warps = (threads + warp - 1) / warp;
  for (unsigned idle = 0; b.alive > 0;) {
    const auto w = unsigned(draw() % warps), first = unsigned(draw() % warp);
    bool moved = false;
    for (unsigned l = 0; l < warp; ++l) {
      const unsigned t = w * warp + (l + first) % warp;
      if (t >= threads) continue;
      Fiber& fiber = b.fibers[t];
      if (fiber.done || (fiber.waits_at && fiber.waits_at->generation == fiber.generation)) continue;
      b.now = &fiber, threadIdx = dim3(t, 0, 0), moved = true;
      emulated_switch(&b.scheduler, fiber.stack_pointer);
    }
    idle = moved ? 0 : idle + 1;
    if (idle > 1000 * warps) fail("threads wait for each other for ever");
  }
}

}  // namespace

void fail(const std::string& what) {
  std::fprintf(stderr, "emulated CUDA: %s\n", what.c_str());
  std::abort();
}

void pass(Gate& gate, unsigned needed) {
  const unsigned generation = gate.generation;
  if (++gate.arrived >= needed) {
    gate.arrived = 0, ++gate.generation;
    return;
  }
  Fiber& fiber = *block().now;
  fiber.waits_at = &gate, fiber.generation = generation;
  to_scheduler();
  fiber.waits_at = nullptr;
}

void launch(dim3 grid, unsigned threads, std::function<void()> body) {
  gridDim = grid, blockDim = dim3(threads);
  block().body = std::move(body);
  for (unsigned z = 0; z < grid.z; ++z)
    for (unsigned y = 0; y < grid.y; ++y)
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = dim3(x, y, z);
        run(threads);
      }
}

}  // namespace emulated
