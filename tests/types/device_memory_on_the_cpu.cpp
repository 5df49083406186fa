// expect: (could not convert .*Device.* to .*Host|no matching function for call to .*rms_norm)
#include <qwen3vl/cpu/rms_norm.hpp>

using namespace qwen3vl;

void f(Cpu& cpu, View<float, 2, Device> x, View<float, 1, Device> weight) {
  rms_norm(cpu, x, weight, 1e-6f, x);
}
