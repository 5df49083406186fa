#include <qwen3vl/cuda/rows.cuh>

#include "../ops/append_cases.hpp"
#include "../ops/convert_cases.hpp"
#include "../ops/embed_cases.hpp"
#include "../ops/take_rows_cases.hpp"
#include "../ops/visual_rows_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("embed on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  embed_cases(bench);
}
TEST_CASE_TEMPLATE("take_rows on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  take_rows_cases(bench);
}
TEST_CASE_TEMPLATE("replace_rows and add_rows on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  visual_rows_cases(bench);
}
TEST_CASE_TEMPLATE("append on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  append_cases(bench);
}
TEST_CASE_TEMPLATE("convert on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  convert_cases(bench);
}

TEST_CASE("append on CUDA: a segment beyond the tensors does no harm, and a checked handle refuses it") {
  CudaBench<float> bench;
  Cuda unchecked;
  for (const Segment beyond : {Segment{0, 2, 0, 4, 0}, Segment{1, 2, 0, 2, 0}, Segment{0, 2, 2, 2, 0},
                               Segment{-1, 1, 0, 1, 0}, Segment{0, 1, -1, 1, 0}}) {
    const auto x = bench.full({2, 1, 4}, 1), cache = bench.empty({3, 1, 4});
    const auto segments = bench.list(std::vector<Segment>{beyond, {0, 1, 2, 1, 0}});
    CHECK_REFUSES(append(bench.on, segments, x, cache), "append: a segment reaches beyond");
    bench.on.synchronize();
    append(unchecked, segments, x, cache);
    unchecked.synchronize();
    const auto got = bench.read(cache);
    for (std::int64_t c = 0; c < 4; ++c) {
      CHECK(std::isnan(got(0, 0, c)));
      CHECK(std::isnan(got(1, 0, c)));
      CHECK(got(2, 0, c) == 1);
    }
  }
}

TEST_CASE("append on CUDA: more segments than a warp has lanes") {
  CudaBench<float> bench;
  const auto x = random({200, 1, 3}, 1);
  std::vector<Segment> segments;
  Numbers<3> expected({400, 1, 3}, not_a_number);
  for (int s = 0, token = 0; token < 200; ++s) {  // of 0, 1, 2, 3, 4, 0, 1, … queries, behind as many keys
    const int n = std::min(s % 5, 200 - token);
    segments.push_back({token, n, 2 * token, 2 * n, 0});
    for (int i = 0; i < n; ++i)
      for (int c = 0; c < 3; ++c) expected(2 * token + n + i, 0, c) = round_to<float>(x(token + i, 0, c));
    token += n;
  }
  auto cache = bench.empty({400, 1, 3});
  append(bench.on, bench.list(segments), bench.copy(x), cache);
  CHECK_SAME(bench.read(cache), expected);
}
