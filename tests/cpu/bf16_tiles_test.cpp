#include <qwen3vl/cpu/bf16_tiles.hpp>

#include <qwen3vl/cpu/linear.hpp>

#include "../support/cpu_bench.hpp"
#include "../support/reference.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

namespace {

struct EigenCpu : Cpu {
  using Cpu::Cpu;
  using Matmul = EigenTiles;
};

template <class Bench>
Numbers<2> product(Bench& bench, const Numbers<2>& x, const Numbers<2>& weight, const Numbers<1>& bias) {
  auto out = bench.empty({x.shape[0], weight.shape[0]});
  linear(bench.on, bench.copy(x), bench.copy(weight), bench.copy(bias), out);
  return bench.read(out);
}

}  // namespace

// Where the processor has no such instruction, the two are the same and these cases say little.

TEST_CASE("Bf16Tiles agrees with the formula about the edges of its tiles") {
  BenchOn<Cpu, bf16> bench(2);
  const auto check = [&](std::int64_t tokens, std::int64_t in, std::int64_t outputs) {
    CAPTURE(tokens);
    CAPTURE(in);
    CAPTURE(outputs);
    const auto x = rounded<bf16>(random({tokens, in}, 1)), weight = rounded<bf16>(random({outputs, in}, 2));
    const auto bias = rounded<bf16>(random({outputs}, 3));
    // |x·w| ≤ 1, a quarter on average
    CHECK_CLOSE(product(bench, x, weight, bias), reference::linear(x, weight, bias),
                ulps<bf16>(1) + float_sum(in, 0.3 * static_cast<double>(in) + 1));
  };
  for (const std::int64_t tokens : {9, 15, 16, 17})
    for (const std::int64_t in : {1, 2, 31, 32, 34, 100})
      for (const std::int64_t outputs : {1, 47, 48, 49, 97}) check(tokens, in, outputs);
  for (const std::int64_t in : {2046, 2048, 2050, 4098}) check(11, in, 50);
  for (const std::int64_t tokens : {767, 768, 769, 777}) check(tokens, 34, 50);
}

TEST_CASE("Bf16Tiles and EigenTiles give the same numbers") {
  BenchOn<Cpu, bf16> bench(2);
  BenchOn<EigenCpu, bf16> eigen(2);
  const auto x = rounded<bf16>(random({40, 2600}, 1)), weight = rounded<bf16>(random({100, 2600}, 2));
  const auto bias = rounded<bf16>(random({100}, 3));
  CHECK_CLOSE(product(bench, x, weight, bias), product(eigen, x, weight, bias),
              ulps<bf16>(1) + float_sum(2 * 2600, 2600 * 0.25));
}

TEST_CASE("Bf16Tiles: a token's sum is the same wherever it stands, whatever stands beside it") {
  BenchOn<Cpu, bf16> bench(2);
  const auto x = random({50, 300}, 1), weight = random({60, 300}, 2);
  const auto bias = random({60}, 3);
  const auto whole = product(bench, x, weight, bias);
  for (const auto& [begin, count] : {std::pair{0, 9}, {9, 17}, {13, 12}, {30, 20}})
    CHECK_SAME(product(bench, x.rows(begin, count), weight, bias), whole.rows(begin, count));
}
