// A foreign project borrows one block: SwiGLU on the CPU, with weights of its own.
#include <cmath>
#include <cstdio>

#include <qwen3vl/cpu/activate.hpp>
#include <qwen3vl/cpu/linear.hpp>
#include <qwen3vl/nn/swiglu.hpp>

int main() {
  using namespace qwen3vl;
  const float gate[] = {1, 0, 0, 1}, up[] = {2, 0, 0, 2}, down[] = {1, 1}, x[] = {1, -1};
  float out[1];
  Cpu cpu{1};
  Workspace<Cpu> workspace(cpu, 4096);
  SwiGLU<Cpu, float> block;
  block.gate_proj.weight = View<const float, 2>(gate, {2, 2});
  block.up_proj.weight = View<const float, 2>(up, {2, 2});
  block.down_proj.weight = View<const float, 2>(down, {1, 2});
  block.forward(cpu, workspace, View<const float, 2>(x, {1, 2}), View<float, 2>(out, {1, 1}));
  std::printf("%g\n", double(out[0]));
  return std::fabs(out[0] - 2.0f) < 1e-5f ? 0 : 1;  // 2·SiLU(1) + 2·SiLU(−1)·(−1) = 2·(σ(1) + σ(−1)) = 2
}
