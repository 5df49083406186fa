// A foreign project borrows one block: SwiGLU on a GPU, with weights of its own. Without a GPU it is compiled
// and linked, and says that there is none.
#include <cmath>
#include <cstdio>

#include <qwen3vl/cuda/activate.cuh>
#include <qwen3vl/cuda/linear.cuh>
#include <qwen3vl/nn/swiglu.hpp>

int main() {
  using namespace qwen3vl;
  if (!Cuda::available()) return std::printf("there is no CUDA device\n"), 0;
  const float numbers[] = {1, 0, 0, 1, 2, 0, 0, 2, 1, 1, 1, -1};  // gate, up, down, x
  float result = 0;
  Cuda cuda;
  Workspace<Cuda> workspace(cuda, 8192);
  const auto weights = workspace.take<float>({12});
  cuda.copy_in(weights.data, numbers, sizeof numbers);
  const auto out = workspace.take<float>({1, 1});
  SwiGLU<Cuda, float> block;
  block.gate_proj.weight = View<const float, 2, Device>(weights.data, {2, 2});
  block.up_proj.weight = View<const float, 2, Device>(weights.data + 4, {2, 2});
  block.down_proj.weight = View<const float, 2, Device>(weights.data + 8, {1, 2});
  block.forward(cuda, workspace, View<const float, 2, Device>(weights.data + 10, {1, 2}), out);
  cuda.copy_out(&result, out.data, sizeof result);
  std::printf("%g\n", double(result));
  return std::fabs(result - 2.0f) < 1e-5f ? 0 : 1;  // 2·SiLU(1) + 2·SiLU(−1)·(−1) = 2·(σ(1) + σ(−1)) = 2
}
