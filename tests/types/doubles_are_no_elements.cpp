// expect: Element
#include <qwen3vl/cpu/rms_norm.hpp>

using namespace qwen3vl;

void f(Cpu& cpu, View<double, 2> x, View<double, 1> weight) { rms_norm(cpu, x, weight, 1e-6f, x); }
