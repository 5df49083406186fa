// expect: activate has no kernel for this backend: include <qwen3vl/cpu/activate.hpp>
#include <qwen3vl/cpu/linear.hpp>
#include <qwen3vl/nn/swiglu.hpp>

using namespace qwen3vl;

void f(Cpu& cpu, Workspace<Cpu>& workspace, const SwiGLU<Cpu, float>& block, View<float, 2> x) {
  block.forward(cpu, workspace, x, x);
}
