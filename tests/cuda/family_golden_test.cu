/// The rest of the family on the device against the reference, case by case.
#include "../model/golden_checks.hpp"
#include "any_model.cuh"
#include "cuda_bench.cuh"

using namespace qwen3vl;
using test::shared_cuda;

namespace {

void check_case(const char* name, const char* checkpoint, Dialect dialect = Dialect::released) {
  const GoldenCase golden(name, checkpoint);
  check_case(golden, golden.run_as<AnyModel<Cuda, float>>(shared_cuda(), 24, 0, dialect));
}
void check_released(const char* name, const char* checkpoint) {
  const GoldenCase golden(name, checkpoint, "expected_released.safetensors");
  check_released(golden, golden.run_as<AnyModel<Cuda, float>>(shared_cuda(), 16));
}
void check_bf16(const char* name, const char* checkpoint, Dialect dialect = Dialect::released) {
  const GoldenCase golden(name, checkpoint);
  check_bf16(golden, golden.run_as<AnyModel<Cuda, bf16>>(shared_cuda(), 0, 0, dialect));
}

}  // namespace

TEST_CASE("qwen3vl_yarn on CUDA: every traced tensor, f32") { check_case("qwen3vl_yarn", "yarn"); }
TEST_CASE("qwen3vl_moe on CUDA: every traced tensor, f32") { check_case("qwen3vl_moe", "moe"); }
TEST_CASE("qwen25vl_image_video on CUDA: every traced tensor in the dialect of transformers 5, f32") {
  check_case("qwen25vl_image_video", "qwen25vl", Dialect::transformers5);
}
TEST_CASE("qwen25vl_image_video on CUDA: positions, logits and tokens as released, f32") {
  check_released("qwen25vl_image_video", "qwen25vl");
}
TEST_CASE("qwen2vl_image_video on CUDA: every traced tensor in the dialect of transformers 5, f32") {
  check_case("qwen2vl_image_video", "qwen2vl", Dialect::transformers5);
}
TEST_CASE("qwen2vl_image_video on CUDA: positions, logits and tokens as released, f32") {
  check_released("qwen2vl_image_video", "qwen2vl");
}

TEST_CASE("qwen3vl_yarn on CUDA: bf16 logits") { check_bf16("qwen3vl_yarn", "yarn"); }
TEST_CASE("qwen3vl_moe on CUDA: bf16 logits of the tokens whose experts are beyond doubt") {
  const GoldenCase golden("qwen3vl_moe", "moe");
  check_bf16_beyond_doubt(golden, golden.run_as<AnyModel<Cuda, float>>(shared_cuda(), 0),
                          golden.run_as<AnyModel<Cuda, bf16>>(shared_cuda(), 0));
}
TEST_CASE("qwen25vl_image_video on CUDA: bf16 logits") {
  check_bf16("qwen25vl_image_video", "qwen25vl", Dialect::transformers5);
}
TEST_CASE("qwen2vl_image_video on CUDA: bf16 logits") {
  check_bf16("qwen2vl_image_video", "qwen2vl", Dialect::transformers5);
}

TEST_CASE("on CUDA a mixture of experts reads a prompt in chunks of 1, 7, 64 as it reads the whole") {
  const GoldenCase golden("qwen3vl_moe", "moe");
  const Trace whole = golden.run_as<AnyModel<Cuda, float>>(shared_cuda(), 24);
  for (const int chunk : {1, 7, 64}) {
    CAPTURE(chunk);
    const Trace chunked = golden.run_as<AnyModel<Cuda, float>>(shared_cuda(), 24, chunk);
    CHECK(chunked.greedy_tokens == whole.greedy_tokens);
    const auto &a = find(chunked, "logits")->values, &b = find(whole, "logits")->values;
    CHECK(relative_error(a.data(), b.data(), b.size()) <= f32_tolerance);
  }
}

TEST_CASE_TEMPLATE(
    "on CUDA an unchecked handle plays the next tokens' passes of every generation from a record", T, float,
    bf16) {
  Cuda unchecked;
  for (const auto& [name, checkpoint] : {std::pair("qwen3vl_moe", "moe"),
                                         {"qwen3vl_yarn", "yarn"},
                                         {"qwen25vl_image_video", "qwen25vl"},
                                         {"qwen2vl_image_video", "qwen2vl"}}) {
    CAPTURE(name);
    const GoldenCase golden(name, checkpoint);
    const Trace checked = golden.run_as<AnyModel<Cuda, T>>(shared_cuda(), 24),
                played = golden.run_as<AnyModel<Cuda, T>>(unchecked, 24);
    CHECK(played.greedy_tokens == checked.greedy_tokens);
  }
}
