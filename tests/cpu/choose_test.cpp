#include <qwen3vl/cpu/choose.hpp>

#include "../ops/choose_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE("choose on the CPU") {
  CpuBench<float> bench;
  choose_cases(bench);
}

TEST_CASE("choose on the CPU refuses a memory of other options") {
  CpuBench<float> bench;
  ChoiceMemory<Cpu> memory(bench.on, SamplingOptions{}, 2);
  std::vector<int> uses{0, 0};
  int id = 0;
  CHECK_REFUSES(choose(bench.on, memory, bench.full({2}, 1), SamplingOptions{.presence_penalty = 1}, 0,
                       View<int, 1>(uses.data(), {2}), View<int, 1>(&id, {1})),
                "the memory is of other options");
}
