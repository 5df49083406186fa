/// The whole model against the reference, case by case.
#include <qwen3vl/cpu.hpp>

#include "golden_checks.hpp"

using namespace qwen3vl;

namespace {

void check_case(const char* name, const char* checkpoint) {
  Cpu cpu(2);
  qwen3vl::check_case(cpu, name, checkpoint);
}
void check_bf16(const char* name, const char* checkpoint) {
  Cpu cpu(2);
  qwen3vl::check_bf16(cpu, name, checkpoint);
}

}  // namespace

TEST_CASE("qwen3vl_text: every traced tensor, f32") { check_case("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video: every traced tensor, f32") { check_case("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied: every traced tensor, f32") { check_case("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch: every traced tensor, f32") { check_case("qwen3vl_batch", "tied"); }

TEST_CASE("qwen3vl_text: bf16 logits") { check_bf16("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video: bf16 logits") { check_bf16("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied: bf16 logits") { check_bf16("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch: bf16 logits") { check_bf16("qwen3vl_batch", "tied"); }
