#include <qwen3vl/cuda/attend.cuh>

#include "../ops/attend_cases.hpp"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using namespace qwen3vl::test;

TEST_CASE_TEMPLATE("attend on CUDA", T, float, bf16, f16) {
  CudaBench<T> bench;
  attend_cases(bench);
}

TEST_CASE("attend on CUDA: a segment beyond the tensors does no harm, and a checked handle refuses it") {
  CudaBench<bf16> bench;
  Cuda unchecked;
  const auto q = bench.full({70, 1, 16}, 1), kv = bench.full({70, 1, 16}, 1);
  for (const Segment beyond :
       {Segment{0, 71, 0, 70, 0}, Segment{0, 70, 1, 70, 0}, Segment{-1, 70, 0, 70, 0}}) {
    const auto segments = bench.list(std::vector<Segment>{beyond});
    const auto out = bench.empty({70, 1, 16});
    CHECK_REFUSES(attend(bench.on, FullMask{}, segments, q, kv, kv, 1.0f, out),
                  "attend: a segment reaches beyond");
    bench.on.synchronize();
    attend(unchecked, FullMask{}, segments, q, kv, kv, 1.0f, out);
    unchecked.synchronize();
    for (const double value : bench.read(out).values) CHECK(std::isnan(value));
  }
  CHECK_REFUSES(attend(bench.on, FullMask{}, bench.list(std::vector<Segment>{{0, 1, 0, 1, 0}}),
                       bench.full({1, 1, 513}, 1), bench.full({1, 1, 513}, 1), bench.full({1, 1, 513}, 1),
                       1.0f, bench.empty({1, 1, 513})),
                "head_dim is above 512");
}
