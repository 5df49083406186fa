/// Every op against the CPU kernel, at the sizes of real models.
#include <qwen3vl/cuda.cuh>

#include "cuda_bench.cuh"
#include "on_cpu.hpp"
#include "parity_cases.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("CUDA agrees with the CPU", T, float, bf16, f16) {
  CudaBench<T> bench;
  const ParityResults expected = parity_on_cpu<T>();
  std::size_t told = 0;
  parity_cases(bench, [&](const std::string& name, const std::vector<double>& values, double tolerance) {
    CAPTURE(name);
    const auto& wanted = expected.at(name);
    REQUIRE(values.size() == wanted.size());
    const std::int64_t size = static_cast<std::int64_t>(values.size());
    const double error = relative_error(Numbers<1>({size}, values), Numbers<1>({size}, wanted));
    CHECK(error <= tolerance);
    MESSAGE(std::string(dtype_name<T>), " ", name, ": ", error, " of ", tolerance);
    ++told;
  });
  CHECK(told == expected.size());
}
