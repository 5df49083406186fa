/// One block, borrowed: the SwiGLU feed-forward network, its weights in arrays of our own, in bf16.
#include <cstdio>
#include <vector>

#include <qwen3vl/cpu/activate.hpp>
#include <qwen3vl/cpu/linear.hpp>
#include <qwen3vl/nn/swiglu.hpp>

using namespace qwen3vl;

int main() {
  constexpr int tokens = 3, hidden = 8, intermediate = 24;
  const auto filled = [](std::size_t n, float step) {  // any numbers will do
    std::vector<bf16> values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = bf16(step * float(int(i * 7 % 11) - 5));
    return values;
  };
  const auto gate = filled(intermediate * hidden, 0.05f), up = filled(intermediate * hidden, 0.04f);
  const auto down = filled(hidden * intermediate, 0.03f), x = filled(tokens * hidden, 0.2f);
  std::vector<bf16> out(tokens * hidden);

  SwiGLU<Cpu, bf16> mlp;  // views: the block owns nothing
  mlp.gate_proj.weight = {gate.data(), {intermediate, hidden}};
  mlp.up_proj.weight = {up.data(), {intermediate, hidden}};
  mlp.down_proj.weight = {down.data(), {hidden, intermediate}};

  Cpu cpu;
  Workspace<Cpu> workspace(cpu, 1 << 16);  // scratch, reserved once
  mlp.forward(cpu, workspace, View<const bf16, 2>(x.data(), {tokens, hidden}),
              View<bf16, 2>(out.data(), {tokens, hidden}));

  for (int t = 0; t < tokens; ++t) {
    for (int c = 0; c < hidden; ++c) std::printf("%9.5f", float(out[std::size_t(t * hidden + c)]));
    std::printf("\n");
  }
  std::printf("scratch used: %zu bytes\n", workspace.peak());
}
