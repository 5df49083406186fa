// expect: rms_norm has no kernel for this backend: include <qwen3vl/cpu/rms_norm.hpp>
#include <qwen3vl/cpu/cpu.hpp>
#include <qwen3vl/ops/rms_norm.hpp>

using namespace qwen3vl;

void f(Cpu& cpu, View<float, 2> x, View<float, 1> weight) { rms_norm(cpu, x, weight, 1e-6f, x); }
