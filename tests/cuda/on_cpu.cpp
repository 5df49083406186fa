#include "on_cpu.hpp"

#include <qwen3vl/cpu.hpp>

#include "../support/cpu_bench.hpp"
#include "parity_cases.hpp"

namespace qwen3vl::test {

template <class T> ParityResults parity_on_cpu() {
  CpuBench<T> bench;
  ParityResults results;
  parity_cases(bench, [&](const std::string& name, std::vector<double> values, double) {
    results[name] = std::move(values);
  });
  return results;
}
template ParityResults parity_on_cpu<float>();
template ParityResults parity_on_cpu<bf16>();
template ParityResults parity_on_cpu<f16>();

}  // namespace qwen3vl::test
