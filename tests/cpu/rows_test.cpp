#include <qwen3vl/cpu/rows.hpp>

#include "../ops/append_cases.hpp"
#include "../ops/convert_cases.hpp"
#include "../ops/embed_cases.hpp"
#include "../ops/take_rows_cases.hpp"
#include "../ops/visual_rows_cases.hpp"
#include "../support/cpu_bench.hpp"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("embed on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  embed_cases(bench);
}
TEST_CASE_TEMPLATE("take_rows on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  take_rows_cases(bench);
}
TEST_CASE_TEMPLATE("replace_rows and add_rows on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  visual_rows_cases(bench);
}
TEST_CASE_TEMPLATE("append on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  append_cases(bench);
}
TEST_CASE_TEMPLATE("convert on the CPU", T, float, bf16, f16) {
  CpuBench<T> bench;
  convert_cases(bench);
}

TEST_CASE("append on the CPU refuses segments beyond their tensors") {
  CpuBench<float> bench;
  const auto attempt = [&](Segment segment) {
    append(bench.on, bench.list(std::vector<Segment>{segment}), bench.full({2, 1, 4}, 1),
           bench.full({3, 1, 4}, 1));
  };
  CHECK_REFUSES(attempt({0, 2, 0, 4, 0}), "a segment reaches beyond the tokens or the cache");
  CHECK_REFUSES(attempt({1, 2, 0, 2, 0}), "a segment reaches beyond the tokens or the cache");
  CHECK_REFUSES(attempt({0, 2, 2, 1, 0}), "a segment reaches beyond the tokens or the cache");
  CHECK_REFUSES(attempt({0, 2, 0, 1, 0}), "a segment reaches beyond the tokens or the cache");
}
