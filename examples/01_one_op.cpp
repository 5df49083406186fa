/// One op on one's own arrays: RMSNorm.
///
///   g++ -std=c++20 -O2 -I include -I /usr/include/eigen3 examples/01_one_op.cpp -pthread
#include <cstdio>
#include <vector>

#include <qwen3vl/cpu/rms_norm.hpp>  // the op's meaning and the CPU's kernel for it

using namespace qwen3vl;

int main() {
  std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8}, weight{1, 1, 1, 2}, out(8);

  Cpu cpu;  // as many threads as the machine has
  rms_norm(cpu, View<float, 2>(x.data(), {2, 4}), View<float, 1>(weight.data(), {4}), 1e-6f,
           View<float, 2>(out.data(), {2, 4}));

  for (int t = 0; t < 2; ++t) {
    for (int c = 0; c < 4; ++c) std::printf("%8.4f", out[std::size_t(4 * t + c)]);
    std::printf("\n");
  }

  try {  // what is wrong is said in words
    rms_norm(cpu, View<float, 2>(x.data(), {2, 4}), View<float, 1>(weight.data(), {3}), 1e-6f,
             View<float, 2>(out.data(), {2, 4}));
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
  }
}
