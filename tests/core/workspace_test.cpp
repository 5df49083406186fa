#include <cstdint>

#include <qwen3vl/core/workspace.hpp>
#include <qwen3vl/cpu/cpu.hpp>

#include "../support/close.hpp"

using namespace qwen3vl;

TEST_CASE("Workspace: what is taken is aligned, apart and as large as asked") {
  Cpu cpu(1);
  Workspace<Cpu> workspace(cpu, 4096);
  const auto scope = workspace.scope();
  auto a = workspace.take<float>({3, 5});
  auto b = workspace.take<bf16>({7});
  CHECK(a.shape[0] == 3);
  CHECK(a.shape[1] == 5);
  CHECK(a.contiguous());
  CHECK(reinterpret_cast<std::uintptr_t>(a.data) % Workspace<Cpu>::alignment == 0);
  CHECK(reinterpret_cast<std::uintptr_t>(b.data) % Workspace<Cpu>::alignment == 0);
  CHECK(reinterpret_cast<std::byte*>(b.data) >= reinterpret_cast<std::byte*>(a.data + 15));
  CHECK(workspace.peak() == 512);
}

TEST_CASE("Workspace: leaving a scope gives back what was taken in it, and the peak remains") {
  Cpu cpu(1);
  Workspace<Cpu> workspace(cpu, 2048);
  auto outer = workspace.scope();
  auto kept = workspace.take<float>({64});
  float* first = nullptr;
  {
    const auto inner = workspace.scope();
    first = workspace.take<float>({64}).data;
    workspace.take<float>({64});
  }
  {
    const auto inner = workspace.scope();
    CHECK(workspace.take<float>({64}).data == first);
  }
  CHECK(kept.data + 64 == first);
  CHECK(workspace.peak() == 3 * 256);
}

TEST_CASE("Workspace: refuses what it has not got, says how much, and goes on") {
  Cpu cpu(1);
  Workspace<Cpu> workspace(cpu, 1024);
  const auto scope = workspace.scope();
  workspace.take<float>({64});
  CHECK_REFUSES(workspace.take<float>({256}), "needs 1280 bytes, has 1024");
  CHECK_REFUSES(workspace.take<float>({256}), "DryRun");
  CHECK(workspace.take<float>({192}).size() == 192);  // exactly the rest
  CHECK(workspace.take<float>({0}).size() == 0);
  CHECK_REFUSES(workspace.take<char>({1}), "needs 1280 bytes, has 1024");
}

TEST_CASE("Workspace: a size that is no size is refused, not rounded to nothing") {
  Cpu cpu(1);
  Workspace<Cpu> workspace(cpu, 1024);
  CHECK_THROWS_AS(workspace.take<char>({-1}), Error);
  CHECK_THROWS_AS(workspace.take<float>({-3}), Error);
  CHECK(workspace.peak() == 0);
}

TEST_CASE("Workspace on memory that somebody else owns") {
  Cpu cpu(1);
  const Buffer<Cpu> memory(cpu, 512);
  Workspace<Cpu> workspace(cpu, memory);
  CHECK(workspace.size() == 512);
  CHECK(reinterpret_cast<std::byte*>(workspace.take<float>({2}).data) == memory.data());
}

TEST_CASE("Buffer: moved, it is released once, empty, it asks for nothing") {
  Cpu cpu(1);
  Buffer<Cpu> a(cpu, 100);
  std::byte* const data = a.data();
  Buffer<Cpu> b(std::move(a));
  CHECK(b.data() == data);
  CHECK(a.data() == nullptr);
  CHECK(a.bytes() == 0);
  a = std::move(b);
  CHECK(a.data() == data);
  CHECK(Buffer<Cpu>(cpu, 0).data() == nullptr);
  CHECK(Buffer<Cpu>().bytes() == 0);
}
