/// The whole model against the reference, case by case.
#include <algorithm>
#include <vector>

#include "golden_case.hpp"

using namespace qwen3vl;

namespace {

constexpr double f32_tolerance = 1e-5;  // sums of some hundred floats through 8 blocks, in another order

void expect_integers(const SafetensorsFile& expected, const char* name,
                     const std::vector<std::int64_t>& got) {
  if (!expected.find(name)) return;
  const auto wanted = expected.at(name).flat<std::int64_t>();
  CAPTURE(name);
  CHECK(std::vector<std::int64_t>(wanted.begin(), wanted.end()) == got);
}

/// Every tensor that the reference recorded: same name, same shape, same numbers.
void check_case(const char* name, const char* checkpoint) {
  const GoldenCase golden(name, checkpoint);
  const Trace got = golden.run<float>(24);
  int compared = 0;
  for (const TensorInfo& wanted : golden.expected.tensors()) {
    if (wanted.dtype != StoredDtype::F32 || wanted.name == "logits_bf16") continue;
    CAPTURE(wanted.name);
    const Recorded* tensor = find(got, wanted.name);
    REQUIRE(tensor != nullptr);
    REQUIRE(std::equal(tensor->shape.begin(), tensor->shape.end(), wanted.shape.dims,
                       wanted.shape.dims + wanted.shape.rank));
    CHECK(relative_error(tensor->values.data(), wanted.flat<float>().data(), tensor->values.size()) <=
          f32_tolerance);
    ++compared;
  }
  CHECK(compared >= 17);
  expect_integers(golden.expected, "position_ids", got.position_ids);
  expect_integers(golden.expected, "rope_deltas", got.rope_deltas);
  expect_integers(golden.expected, "greedy_tokens", got.greedy_tokens);
}

/// In bf16 no further from the float logits than 1.25 times the reference's own bf16 run.
void check_bf16(const char* name, const char* checkpoint) {
  const GoldenCase golden(name, checkpoint);
  const Trace got = golden.run<bf16>(0);
  const auto wanted = golden.expected.at("logits").flat<float>();
  const auto theirs = golden.expected.at("logits_bf16").flat<float>();
  const Recorded* ours = find(got, "logits");
  REQUIRE(ours != nullptr);
  const double own = relative_error(ours->values.data(), wanted.data(), wanted.size());
  const double yardstick = relative_error(theirs.data(), wanted.data(), wanted.size());
  MESSAGE(name, ": ", own, " from float, the reference's bf16 ", yardstick);
  CHECK(own <= 1.25 * yardstick);
}

}  // namespace

TEST_CASE("qwen3vl_text: every traced tensor, f32") { check_case("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video: every traced tensor, f32") { check_case("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied: every traced tensor, f32") { check_case("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch: every traced tensor, f32") { check_case("qwen3vl_batch", "tied"); }
TEST_CASE("qwen3vl_yarn: every traced tensor, f32") { check_case("qwen3vl_yarn", "yarn"); }

TEST_CASE("qwen3vl_text: bf16 logits") { check_bf16("qwen3vl_text", "tied"); }
TEST_CASE("qwen3vl_image_video: bf16 logits") { check_bf16("qwen3vl_image_video", "tied"); }
TEST_CASE("qwen3vl_untied: bf16 logits") { check_bf16("qwen3vl_untied", "untied"); }
TEST_CASE("qwen3vl_batch: bf16 logits") { check_bf16("qwen3vl_batch", "tied"); }
TEST_CASE("qwen3vl_yarn: bf16 logits") { check_bf16("qwen3vl_yarn", "yarn"); }
