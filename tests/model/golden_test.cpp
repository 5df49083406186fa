/// The whole model against the reference, case by case.
#include "cpu_golden_case.hpp"
#include "golden_checks.hpp"

using namespace qwen3vl;

namespace {

void check_case(const char* name, const char* checkpoint, Dialect dialect = Dialect::released) {
  const CpuGoldenCase golden(name, checkpoint);
  check_case(golden, golden.run<float>(24, 0, dialect));
}
void check_bf16(const char* name, const char* checkpoint, Dialect dialect = Dialect::released) {
  const CpuGoldenCase golden(name, checkpoint);
  check_bf16(golden, golden.run<bf16>(0, 0, dialect));
}

void check_released(const char* name, const char* checkpoint) {
  const CpuGoldenCase golden(name, checkpoint, "expected_released.safetensors");
  check_released(golden, golden.run<float>(16));
}

}  // namespace

TEST_CASE("qwen3vl_text: every traced tensor, f32") { check_case("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video: every traced tensor, f32") { check_case("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied: every traced tensor, f32") { check_case("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch: every traced tensor, f32") { check_case("qwen3vl_batch", "tied"); }
TEST_CASE("qwen3vl_yarn: every traced tensor, f32") { check_case("qwen3vl_yarn", "yarn"); }
TEST_CASE("qwen3vl_moe: every traced tensor, f32") { check_case("qwen3vl_moe", "moe"); }
TEST_CASE("qwen25vl_image_video: every traced tensor in the dialect of transformers 5, f32") {
  check_case("qwen25vl_image_video", "qwen25vl", Dialect::transformers5);
}
TEST_CASE("qwen25vl_image_video: positions, logits and tokens as released, f32") {
  check_released("qwen25vl_image_video", "qwen25vl");
}
TEST_CASE("qwen2vl_image_video: every traced tensor in the dialect of transformers 5, f32") {
  check_case("qwen2vl_image_video", "qwen2vl", Dialect::transformers5);
}
TEST_CASE("qwen2vl_image_video: positions, logits and tokens as released, f32") {
  check_released("qwen2vl_image_video", "qwen2vl");
}

TEST_CASE("qwen3vl_text: bf16 logits") { check_bf16("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video: bf16 logits") { check_bf16("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied: bf16 logits") { check_bf16("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch: bf16 logits") { check_bf16("qwen3vl_batch", "tied"); }
TEST_CASE("qwen3vl_yarn: bf16 logits") { check_bf16("qwen3vl_yarn", "yarn"); }
TEST_CASE("qwen3vl_moe: bf16 logits of the tokens whose experts are beyond doubt") {
  const CpuGoldenCase golden("qwen3vl_moe", "moe");
  check_bf16_beyond_doubt(golden, golden.run<float>(0), golden.run<bf16>(0));
}
TEST_CASE("qwen25vl_image_video: bf16 logits") {
  check_bf16("qwen25vl_image_video", "qwen25vl", Dialect::transformers5);
}
TEST_CASE("qwen2vl_image_video: bf16 logits") {
  check_bf16("qwen2vl_image_video", "qwen2vl", Dialect::transformers5);
}
